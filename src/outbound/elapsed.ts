import type { Clock } from "../domain/clock.ts";

/** The time that has passed since it was made, in milliseconds: it never goes back. */
export interface Elapsed {
  readonly read: () => number;
  /** Reads it where a timer has rung: so much has passed at least, whatever the clock says. */
  readonly readAfter: (timeMs: number) => number;
}

/** Makes an elapsed time out of a clock that may be set back, or stand still: nobody waits for longer because of it. */
export function createElapsed(now: Clock): Elapsed {
  let seenMs = now();
  let startMs = seenMs;
  let timeMs = 0;
  const readAfter = (leastMs: number): number => {
    const nowMs = now();
    if (nowMs < seenMs) startMs -= seenMs - nowMs;
    seenMs = nowMs;
    timeMs = Math.max(timeMs, nowMs - startMs, leastMs);
    return timeMs;
  };
  return { read: () => readAfter(0), readAfter };
}
