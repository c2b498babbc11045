import type { Exchange } from "../domain/exchange.ts";
import { bucketOf, LATENCY_BUCKETS, quantileOf } from "./latency-buckets.ts";
import { SlidingCounts } from "./sliding-counts.ts";

/** How exchanges of one operation went. */
export interface RecentExchange {
  readonly operation: string;
  /** Since the start. */
  readonly total: number;
  readonly failed: number;
  /** In the last five minutes. */
  readonly lately: { readonly total: number; readonly failed: number; readonly p95Ms: number | undefined };
  /** What did not go well last; undefined where all did. */
  readonly trouble: { readonly outcome: Exchange["outcome"]; readonly atMs: number } | undefined;
}

/** How exchanges went. */
export interface RecentExchanges {
  readonly note: (exchange: Exchange, atMs: number) => void;
  readonly all: (nowMs: number) => readonly RecentExchange[];
}

interface Tally {
  total: number;
  failed: number;
  trouble: RecentExchange["trouble"];
  /** A column for failures, and one for each bucket of time. */
  readonly lately: SlidingCounts;
}

const FAILED = 0;
const WINDOWS = { spanMs: 10_000, spans: 30, columns: 1 + LATENCY_BUCKETS } as const;

/** Makes an empty memory. Operations are those that this code knows. */
export function createRecentExchanges(): RecentExchanges {
  const tallies = new Map<string, Tally>();
  return {
    note: ({ operation, outcome, durationMs }, atMs) => {
      const tally: Tally = tallies.get(operation) ?? {
        total: 0,
        failed: 0,
        trouble: undefined,
        lately: new SlidingCounts(WINDOWS),
      };
      tallies.set(operation, tally);
      tally.total++;
      tally.lately.add(atMs, 1 + bucketOf(durationMs));
      if (outcome === "ok") return;
      tally.failed++;
      tally.lately.add(atMs, FAILED);
      tally.trouble = { outcome, atMs };
    },
    all: (nowMs) => Array.from(tallies, ([operation, tally]) => toldOf(operation, tally, nowMs)),
  };
}

function toldOf(operation: string, { total, failed, trouble, lately }: Tally, nowMs: number): RecentExchange {
  const [failedLately = 0, ...times] = lately.sums(nowMs);
  return {
    operation,
    total,
    failed,
    lately: {
      total: times.reduce((sum, count) => sum + count, 0),
      failed: failedLately,
      p95Ms: quantileOf(times, 0.95),
    },
    trouble,
  };
}
