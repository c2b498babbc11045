import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import type { Clock } from "../../domain/clock.ts";

/** When a tunnel ends by itself, and why. */
export interface Limit {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly why: TunnelEnd;
}

/** The clock may be set back, and timers take no more than some days: it is looked at anew now and then. */
const LOOK_AGAIN_MS = 10_000;

/**
 * Calls `end` with the first limit that is reached, and returns what calls that off.
 *
 * @param limits asked anew each time, since credentials come later
 */
export function endAt(limits: () => readonly Limit[], now: Clock, end: (why: TunnelEnd) => void): () => void {
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const first = limits().reduce((a, b) => (b.atMs < a.atMs ? b : a));
    const leftMs = first.atMs - now();
    if (leftMs <= 0) end(first.why);
    else timer = setTimeout(look, Math.min(leftMs, LOOK_AGAIN_MS)).unref();
  };
  timer = setTimeout(look, 0).unref();
  return () => clearTimeout(timer);
}
