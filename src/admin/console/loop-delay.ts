import { monitorEventLoopDelay } from "node:perf_hooks";

/** Measures how late timers are, while somebody looks. */
export interface LoopDelay {
  /** The worst since it was last asked, but for one in a hundred, in milliseconds; undefined where it is not measured. */
  readonly read: () => number | undefined;
  /** Begins to measure. Gives what ends it. */
  readonly open: () => () => void;
}

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e6;

/** Makes one that rests. */
export function createLoopDelay(): LoopDelay {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let isOpen = false;
  return {
    read: () => {
      if (!isOpen || delays.count === 0) return undefined;
      // What is measured is the time between two ticks.
      const ms = Math.max(0, delays.percentile(99) / NANOSECONDS - RESOLUTION_MS);
      delays.reset();
      return ms;
    },
    open: () => {
      isOpen = delays.enable();
      return () => {
        delays.disable();
        isOpen = false;
      };
    },
  };
}
