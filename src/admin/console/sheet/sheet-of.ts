import type { ConsoleView } from "../view.ts";
import { exchangeRows, identitiesInWords, identityRows } from "./credentials.ts";
import { ruleRows } from "./decisions.ts";
import { documentLines } from "./document-lines.ts";
import { refusalRows } from "./refusals.ts";
import type { Sheet } from "./sheet.ts";
import { configurationOf, issuerRows, loadRows, remarksOf, sinceOf, stateOf, takenOf } from "./standing.ts";
import { latencyChart, requestsChart, stageRows, summaryOf, trafficRows } from "./traffic.ts";

/**
 * Puts a view into words.
 *
 * @param loopDelayMs how late timers are at most; undefined where nobody has measured
 */
export function sheetOf(view: ConsoleView, loopDelayMs?: number): Sheet {
  const { recent, takenAtMs, identities } = view;
  return {
    words: {
      state: stateOf(view),
      remarks: remarksOf(view),
      since: sinceOf(view),
      taken: takenOf(view),
      summary: [summaryOf(recent.traffic)],
      identities: identitiesInWords(identities),
      configuration: configurationOf(view),
      document: documentLines(view.document),
    },
    tables: {
      traffic: trafficRows(recent.traffic),
      stages: stageRows(recent.traffic),
      rules: ruleRows(view),
      refusals: refusalRows(recent.refusals),
      identities: identityRows(identities, takenAtMs),
      exchanges: exchangeRows(recent.exchanges, takenAtMs),
      issuers: issuerRows(view),
      load: loadRows(view, loopDelayMs),
    },
    charts: { requests: requestsChart(recent.traffic), latency: latencyChart(recent.traffic) },
    isRecording: view.recordsUntilMs !== undefined,
  };
}
