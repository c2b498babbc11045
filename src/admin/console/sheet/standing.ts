import { plainText } from "../../../domain/plain-text.ts";
import type { ConsoleView, Filled } from "../view.ts";
import {
  agoInWords,
  bytesInWords,
  countInWords,
  momentInWords,
  partInWords,
  spanInWords,
  timeInWords,
  tookInWords,
} from "./amounts.ts";
import type { Cell, Line, Row, Tone } from "./sheet.ts";

/** Whether requests are taken. */
export function stateOf({ readiness }: Pick<ConsoleView, "readiness">): Cell {
  const { locked, draining, ready, waitingFor } = readiness;
  if (draining) return [{ text: "draining", tone: "warn" }];
  if (locked) return [{ text: "locked", tone: "bad" }];
  if (ready) return [{ text: "ready", tone: "good" }];
  return [{ text: `waiting for ${waitingFor.map(plainText).join(", ")}`, tone: "warn" }];
}

/** What nobody who looks must overlook. */
export function remarksOf({ recordsUntilMs, endpointOverridden, configuration }: ConsoleView): Cell {
  const remarks: Line[] = [];
  if (recordsUntilMs !== undefined)
    remarks.push({ text: `record mode until ${momentInWords(recordsUntilMs)}`, tone: "warn" });
  if (endpointOverridden) remarks.push({ text: "AWS endpoint overridden", tone: "warn" });
  if (!configuration.isLatest)
    remarks.push({ text: "the newest configuration is not taken over", tone: "bad" });
  return remarks;
}

/** Which Postern it is, and since when. */
export function sinceOf({ version, startedAtMs, takenAtMs }: ConsoleView): Cell {
  return [
    `${plainText(version)}, up ${spanInWords(takenAtMs - startedAtMs)}, since ${momentInWords(startedAtMs)}`,
  ];
}

/** Since when the configuration serves. */
export function configurationOf({ configuration: { isLatest, takenAtMs } }: ConsoleView): Cell {
  const since = `It has served since ${momentInWords(takenAtMs)}.`;
  if (isLatest) return [since];
  return [since, { text: "One that is newer could not be taken over; the log says why.", tone: "bad" }];
}

/** When the page was as it is. */
export function takenOf({ takenAtMs }: ConsoleView): Cell {
  return [`As it was at ${timeInWords(takenAtMs)} UTC`];
}

/** What tokens are proved by, and what is shared. */
export function issuerRows({ issuers, sharedTierUp, denylistAgeMs }: ConsoleView): readonly Row[] {
  return [
    ...Array.from(issuers, ([name, age]): Row => [[`keys of ${plainText(name)}`], [keysOf(age)]]),
    ...(sharedTierUp === undefined
      ? []
      : [[["shared tier"], [sharedTierUp ? good("answers") : bad("away")]]]),
    ...(denylistAgeMs === undefined ? [] : [[["denylist"], [`read ${agoInWords(denylistAgeMs)}`]]]),
  ];
}

function keysOf(ageSeconds: number | undefined): Line {
  return ageSeconds === undefined ? bad("none yet") : `fetched ${agoInWords(ageSeconds * 1000)}`;
}

/** How full it is. */
export function loadRows({ load }: ConsoleView, loopDelayMs: number | undefined): readonly Row[] {
  const { inFlight, bufferedBytes, tunnels, heapBytes, residentBytes } = load;
  return [
    ["requests in flight", ...filled(inFlight, countInWords)].map(cell),
    ["WebSocket tunnels", ...filled(tunnels, countInWords)].map(cell),
    ["bodies in memory", ...filled(bufferedBytes, bytesInWords)].map(cell),
    ["heap", ...filled(heapBytes, bytesInWords)].map(cell),
    ["memory of the process", bytesInWords(residentBytes), "", ""].map(cell),
    ["event loop delay", tookInWords(loopDelayMs), "", ""].map(cell),
  ];
}

function filled({ is, max }: Filled, inWords: (amount: number) => string): readonly Line[] {
  const text = partInWords(is, max);
  const tone = toneOf(is / max);
  return [inWords(is), inWords(max), tone === undefined ? text : { text, tone }];
}

const FULL = 0.9;
const FILLING = 0.7;

function toneOf(part: number): Tone | undefined {
  if (part >= FULL) return "bad";
  return part >= FILLING ? "warn" : undefined;
}

function cell(line: Line): Cell {
  return [line];
}

function good(text: string): Line {
  return { text, tone: "good" };
}

function bad(text: string): Line {
  return { text, tone: "bad" };
}
