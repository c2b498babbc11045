/** How fast a body has to come, looked at now and then. */
export interface Pace {
  /** How often to look. */
  readonly everyMs: number;
  /** What is wrong, given how many bytes have come so far; undefined where nothing is. To be asked once each time. */
  readonly faultOf: (bytes: number) => string | undefined;
}

/** What a pace is made by. */
export interface PaceOptions {
  /** What the body holds of the memory that all share. */
  readonly roomBytes: number;
  /** How long others wait for room. */
  readonly roomMs: number;
  /** For a body, beyond the time that it takes at the least rate. */
  readonly idleMs: number;
  /** Whether somebody waits for room now. */
  readonly isAwaited: () => boolean;
}

/** Bytes a second. */
const LEAST_RATE = 16 * 1024;

/** Half of how long others wait by default: whoever keeps them out is found in time. */
const LOOK_MS = 5000;

/**
 * Begins to watch a body that begins to come. A byte now and then would hold its room for ever. While others wait, the
 * more room it holds the faster it must come, so that it is whole before they have to give up.
 */
export function createPace({ roomBytes, roomMs, idleMs, isAwaited }: PaceOptions): Pace {
  const everyMs = Math.min(LOOK_MS, idleMs);
  const leastWhileAwaited = everyMs * Math.max(LEAST_RATE / 1000, roomBytes / roomMs);
  const startMs = performance.now();
  let bytesBefore = 0;
  return {
    everyMs,
    faultOf: (bytes) => {
      const came = bytes - bytesBefore;
      bytesBefore = bytes;
      if (performance.now() >= startMs + idleMs + (bytes / LEAST_RATE) * 1000)
        return "the body came too slowly";
      return came < leastWhileAwaited && isAwaited()
        ? "the body came too slowly while others waited for room"
        : undefined;
    },
  };
}
