import { REFUSALS } from "../domain/refusal.ts";
import { bucketOf, LATENCY_BUCKETS, quantileOf } from "./latency-buckets.ts";
import { type Outcome, STAGES } from "./outcome.ts";
import { SlidingCounts } from "./sliding-counts.ts";

/**
 * How a request ended, for people who look:
 *
 * - `ok`: AWS's answer was passed on whole;
 * - `refused`: Postern refused it, and meant it;
 * - `broken`: there was no whole answer, or Postern could not do what it should.
 */
export type Fate = (typeof FATES)[number];

/** Every {@link Fate}. */
export const FATES = ["ok", "refused", "broken"] as const;

/** What takes time: the whole of a request, and each of its stages. */
export type Timed = (typeof TIMED)[number];

/** Everything {@link Timed}. */
export const TIMED = ["whole", ...STAGES] as const;

/** How long something took, in milliseconds; undefined where it did not happen. */
export interface Quantiles {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

/** What went through lately. */
export interface TrafficView {
  /** Since the start. */
  readonly total: Readonly<Record<Fate, number>>;
  /** Of each of the last 300 whole seconds, oldest first; the last of them ended at `secondsEndMs`. */
  readonly perSecond: Readonly<Record<Fate, readonly number[]>>;
  readonly secondsEndMs: number;
  /** Of each of the last 30 windows of ten seconds, oldest first; the last of them is going on. */
  readonly windows: Readonly<Record<Timed, readonly Quantiles[]>>;
  readonly windowsEndMs: number;
  /** Of the last minute. */
  readonly minute: Readonly<Record<Timed, Quantiles>>;
}

/** Remembers what went through. */
export interface RecentTraffic {
  readonly note: (
    outcome: Pick<Outcome, "outcome" | "reason" | "durationMs" | "stages">,
    atMs: number,
  ) => void;
  readonly look: (nowMs: number) => TrafficView;
}

const SECOND_MS = 1000;
const SECONDS = 300;
const WINDOW_MS = 10_000;
const WINDOWS = 30;
const WINDOWS_A_MINUTE = 6;

/** Makes an empty memory. */
export function createRecentTraffic(): RecentTraffic {
  const total = { ok: 0, refused: 0, broken: 0 };
  // One more, for the second that is going on.
  const seconds = new SlidingCounts({ spanMs: SECOND_MS, spans: SECONDS + 1, columns: FATES.length });
  const times = new SlidingCounts({
    spanMs: WINDOW_MS,
    spans: WINDOWS,
    columns: TIMED.length * LATENCY_BUCKETS,
  });
  return {
    note: (outcome, atMs) => {
      const fate = fateOf(outcome);
      total[fate]++;
      seconds.add(atMs, FATES.indexOf(fate));
      const row = times.rowAt(atMs);
      times.addAt(row, bucketOf(outcome.durationMs));
      for (let i = 0; i < STAGES.length; i++) {
        const stage = STAGES[i];
        const ms = stage && outcome.stages[stage];
        if (ms !== undefined) times.addAt(row, (i + 1) * LATENCY_BUCKETS + bucketOf(ms));
      }
    },
    look: (nowMs) => ({
      total: { ...total },
      perSecond: perSecondOf(seconds, nowMs),
      secondsEndMs: Math.floor(nowMs / SECOND_MS) * SECOND_MS,
      ...quantilesOf(times, nowMs),
      windowsEndMs: (Math.floor(nowMs / WINDOW_MS) + 1) * WINDOW_MS,
    }),
  };
}

function fateOf({ outcome, reason }: Pick<Outcome, "outcome" | "reason">): Fate {
  if (outcome === "ok") return "ok";
  if (outcome !== "refused") return "broken";
  return reason !== undefined && REFUSALS[reason].status >= 500 ? "broken" : "refused";
}

function perSecondOf(seconds: SlidingCounts, nowMs: number): TrafficView["perSecond"] {
  const rows = seconds.latest(nowMs).slice(0, SECONDS);
  return recordOf(FATES, (_, column) => rows.map((row) => row?.[column] ?? 0));
}

function quantilesOf(times: SlidingCounts, nowMs: number): Pick<TrafficView, "windows" | "minute"> {
  const rows = times.latest(nowMs);
  const minute = times.sums(nowMs, WINDOWS_A_MINUTE);
  return {
    windows: recordOf(TIMED, (_, i) => rows.map((row) => (row === undefined ? NONE : at(row, i)))),
    minute: recordOf(TIMED, (_, i) => at(minute, i)),
  };
}

const NONE: Quantiles = { p50: undefined, p95: undefined };

function at(counts: Uint32Array | readonly number[], timed: number): Quantiles {
  const own = counts.slice(timed * LATENCY_BUCKETS, (timed + 1) * LATENCY_BUCKETS);
  return { p50: quantileOf(own, 0.5), p95: quantileOf(own, 0.95) };
}

function recordOf<K extends string, V>(
  names: readonly K[],
  valueOf: (name: K, i: number) => V,
): Record<K, V> {
  return Object.fromEntries(names.map((name, i) => [name, valueOf(name, i)])) as Record<K, V>;
}
