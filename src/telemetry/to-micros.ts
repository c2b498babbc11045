/** Milliseconds with three decimals: what a clock can tell, and no noise behind it. */
export function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
