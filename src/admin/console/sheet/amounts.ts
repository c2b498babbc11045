const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A span of time by its two largest units; the nearer it is to nothing, the finer. */
export function spanInWords(ms: number): string {
  if (ms >= DAY_MS) return two(ms, [DAY_MS, "d"], [HOUR_MS, "h"]);
  if (ms >= HOUR_MS) return two(ms, [HOUR_MS, "h"], [MINUTE_MS, "min"]);
  if (ms >= 2 * MINUTE_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return `${Math.max(0, Math.floor(ms / SECOND_MS))} s`;
}

/** How long ago something was, so roughly that it does not change with every second. */
export function agoInWords(ms: number): string {
  if (ms < 10 * SECOND_MS) return "just now";
  if (ms < MINUTE_MS) return `${Math.floor(ms / (10 * SECOND_MS)) * 10} s ago`;
  return ms < HOUR_MS ? `${Math.floor(ms / MINUTE_MS)} min ago` : `${spanInWords(ms)} ago`;
}

type Unit = readonly [ms: number, name: string];

function two(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  return `${Math.floor(ms / large)} ${largeName} ${Math.floor((ms % large) / small)} ${smallName}`;
}

/** A time that something took, with two or three digits that mean something. */
export function tookInWords(ms: number | undefined): string {
  if (ms === undefined) return "–";
  if (ms < 10) return `${ms.toFixed(ms < 1 ? 2 : 1)} ms`;
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  return `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)} s`;
}

/** A time of day, in UTC. */
export function timeInWords(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** A day and its time, in UTC. */
export function momentInWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 10)} ${timeInWords(atMs)} UTC`;
}

/** A count, in groups of three digits. */
export function countInWords(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** So many a second. */
export function rateInWords(perSecond: number): string {
  if (perSecond === 0) return "0";
  if (perSecond < 0.01) return "< 0.01";
  return perSecond < 10 ? perSecond.toFixed(perSecond < 0.095 ? 2 : 1) : countInWords(perSecond);
}

/** Bytes, by the largest unit. */
export function bytesInWords(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const at = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** at;
  return `${at === 0 || amount >= 10 ? Math.round(amount) : amount.toFixed(1)} ${units[at] ?? ""}`;
}

/** A part of a whole; what is there at all is not told as nothing. */
export function partInWords(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "0 %";
  const percent = (100 * part) / whole;
  return percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}
