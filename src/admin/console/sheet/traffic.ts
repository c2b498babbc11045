import {
  type Fate,
  FATES,
  type Quantiles,
  type Timed,
  TIMED,
  type TrafficView,
} from "../../../telemetry/recent-traffic.ts";
import { countInWords, partInWords, rateInWords, tookInWords } from "./amounts.ts";
import type { Chart, Line, Row } from "./sheet.ts";

/** What each fate is called, and means. */
const FATE_WORDS: Readonly<Record<Fate, readonly [name: string, meaning: string]>> = {
  ok: ["ok", "answered whole"],
  refused: ["refused", "with a reason"],
  broken: ["broken", "no whole answer"],
};

const TIMED_WORDS: Readonly<Record<Timed, readonly [name: string, meaning: string]>> = {
  whole: ["whole request", "from end to end"],
  identity: ["identity", "the token is proved"],
  operation: ["operation", "the request is read"],
  decision: ["decision", "the rules are asked"],
  credentials: ["credentials", "the caller's own"],
  upstream: ["AWS", "sent, and waited for"],
  answer: ["answer", "passed on"],
};

/** Requests by how they ended: a second, lately and since the start. */
export function trafficRows({ perSecond, total }: TrafficView): readonly Row[] {
  const lately = (fate: Fate, seconds: number): number => sumOf(perSecond[fate].slice(-seconds));
  const all = sumOf(FATES.map((fate) => lately(fate, 300)));
  return FATES.map((fate) => {
    const [name, meaning] = FATE_WORDS[fate];
    const inFive = lately(fate, 300);
    return [
      [name, quiet(meaning)],
      [toned(rateInWords(lately(fate, 10) / 10), fate)],
      [toned(countInWords(inFive), fate), quiet(partInWords(inFive, all))],
      [toned(countInWords(total[fate]), fate)],
    ];
  });
}

/** What something that is no good is shown by, where there is any of it. */
function toned(text: string, fate: Fate): Line {
  if (fate === "ok" || text === "0") return text;
  return { text, tone: fate === "refused" ? "warn" : "bad" };
}

/** How long each stage took in the last minute. */
export function stageRows({ minute }: TrafficView): readonly Row[] {
  return TIMED.map((timed) => {
    const [name, meaning] = TIMED_WORDS[timed];
    const { p50, p95 } = minute[timed];
    return [[name, quiet(meaning)], [tookInWords(p50)], [tookInWords(p95)]];
  });
}

/** Requests a second, a line a fate. */
export function requestsChart({ perSecond, secondsEndMs }: TrafficView): Chart {
  const count = perSecond.ok.length;
  return {
    at: Array.from({ length: count }, (_, i) => secondsEndMs / 1000 - count + i),
    lines: FATES.map((fate) => perSecond[fate]),
  };
}

/** What the chart of times shows: the whole of a request, and how much of it is waiting for AWS. */
const CHARTED: readonly (readonly [Timed, keyof Quantiles])[] = [
  ["whole", "p95"],
  ["whole", "p50"],
  ["upstream", "p95"],
  ["upstream", "p50"],
];

/** Milliseconds of each window of ten seconds. */
export function latencyChart({ windows, windowsEndMs }: TrafficView): Chart {
  const count = windows.whole.length;
  return {
    at: Array.from({ length: count }, (_, i) => windowsEndMs / 1000 - 10 * (count - i)),
    lines: CHARTED.map(([timed, part]) => windows[timed].map((window) => rounded(window[part]))),
  };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Number(ms.toPrecision(3));
}

/** The last five minutes in a sentence, for who does not see the charts. */
export function summaryOf({ perSecond, minute }: TrafficView): string {
  const [ok, refused, broken] = FATES.map((fate) => countInWords(sumOf(perSecond[fate])));
  const { p95 } = minute.whole;
  const counts = `In the last five minutes ${ok} requests were answered, ${refused} refused and ${broken} broken.`;
  return p95 === undefined
    ? counts
    : `${counts} In the last minute 95 of 100 took at most ${tookInWords(p95)}.`;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function quiet(text: string): Line {
  return { text, tone: "quiet" };
}
