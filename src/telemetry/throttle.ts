import type { Clock } from "../domain/clock.ts";

const SECOND_MS = 1000;

/**
 * Lets so many through in a second, whoever they are from. Gives how many were held back since the last that went through;
 * undefined where this one is held back too.
 */
export function createThrottle(perSecond: number, now: Clock): () => number | undefined {
  let beganMs = Number.NEGATIVE_INFINITY;
  let passed = 0;
  let heldBack = 0;
  return () => {
    const nowMs = now();
    // A clock that is set back begins a second too: it would be quiet until it is back where it was.
    if (nowMs < beganMs || nowMs - beganMs >= SECOND_MS) {
      beganMs = nowMs;
      passed = 0;
    }
    if (passed >= perSecond) {
      heldBack++;
      return undefined;
    }
    passed++;
    const told = heldBack;
    heldBack = 0;
    return told;
  };
}
