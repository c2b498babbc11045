import type { Measurement } from "./measure.ts";

/** The paired ratios B/A of a measurement, and the median cost of each side in CPU microseconds per request. */
export interface Summary {
  readonly aUs: number;
  readonly bUs: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** Sums up a measurement; the ratio of each pair first, then their order. */
export function summarise({ aUs, bUs }: Measurement): Summary {
  const ratios = aUs.map((a, round) => (bUs[round] ?? Number.NaN) / a);
  return {
    aUs: medianOf(aUs),
    bUs: medianOf(bUs),
    least: Math.min(...ratios),
    median: medianOf(ratios),
    most: Math.max(...ratios),
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
