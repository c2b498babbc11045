import type { Clock } from "../domain/clock.ts";

/** Something that is done once at a time, and for those who ask for it anew not too often. */
export interface Paced<T> {
  /** Does it now, or joins the run under way. */
  readonly join: () => Promise<T>;
  /** The run under way. */
  readonly underWay: () => Promise<T> | undefined;
  /** Waits for a run that begins after this call; all who wait share it. Undefined where it was stopped before. */
  readonly fresh: () => Promise<T | undefined>;
  readonly stop: () => void;
}

/**
 * Paces a run that never rejects.
 *
 * @param gapMs a fresh run begins this long after the last one began, or later where that one takes longer
 */
export function createPaced<T>(run: () => Promise<T>, gapMs: number, now: Clock): Paced<T> {
  let beganAtMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<T> | undefined;
  let next: Promise<T | undefined> | undefined;
  let isStopped = false;
  let wake: (() => void) | undefined;

  const join = (): Promise<T> => {
    if (underWay !== undefined) return underWay;
    beganAtMs = now();
    underWay = run().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const soon = async (): Promise<T | undefined> => {
    await underWay;
    const passedMs = now() - beganAtMs;
    // A clock that was set back tells nothing of the time between: then it counts as long.
    if (!isStopped && passedMs >= 0 && passedMs < gapMs) await pause(gapMs - passedMs);
    next = undefined;
    return isStopped ? undefined : join();
  };
  return {
    join,
    underWay: () => underWay,
    fresh: () => (isStopped ? Promise.resolve(undefined) : (next ??= soon())),
    stop: () => {
      isStopped = true;
      wake?.();
    },
  };
}
