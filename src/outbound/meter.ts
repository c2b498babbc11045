/** Meters calls to a rate. Times are milliseconds of any clock that never goes back. */
export interface Meter {
  /** How long it is until the next call may go; zero or less where it may now. */
  readonly waitMs: (timeMs: number) => number;
  /** Counts a call that goes now. */
  readonly count: (timeMs: number) => void;
}

/**
 * Makes a meter that lets `1 + perSecond × burstMs / 1000` calls go at once after a pause, and `perSecond` in the long
 * run: a token bucket, kept as the one time at which it would be full again (the generic cell rate algorithm of ITU-T
 * I.371). `Infinity` lets everything go.
 *
 * @throws RangeError where the rate is not above zero
 */
export function createMeter(perSecond: number, burstMs: number): Meter {
  if (!(perSecond > 0)) throw new RangeError(`a rate must be above zero: ${perSecond}`);
  const intervalMs = 1000 / perSecond;
  let fullAtMs = Number.NEGATIVE_INFINITY;
  return {
    waitMs: (timeMs) => fullAtMs - burstMs - timeMs,
    count: (timeMs) => {
      fullAtMs = Math.max(fullAtMs, timeMs) + intervalMs;
    },
  };
}
