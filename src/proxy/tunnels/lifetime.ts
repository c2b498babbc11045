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

/** What ends a tunnel in its time. */
export interface Lifetime {
  /** One limit more. */
  readonly add: (limit: Limit) => void;
  readonly callOff: () => void;
}

/** Calls `end` with the first limit that is reached. */
export function endAt(limits: readonly Limit[], now: Clock, end: (why: TunnelEnd) => void): Lifetime {
  const all = [...limits];
  let timer: NodeJS.Timeout | undefined;
  let isOff = false;
  const look = (): void => {
    const first = all.reduce((a, b) => (b.atMs < a.atMs ? b : a));
    const leftMs = first.atMs - now();
    if (leftMs <= 0) end(first.why);
    else timer = setTimeout(look, Math.min(leftMs, LOOK_AGAIN_MS)).unref();
  };
  const lookSoon = (): void => {
    clearTimeout(timer);
    if (!isOff) timer = setTimeout(look, 0).unref();
  };
  lookSoon();
  return {
    add: (limit) => {
      all.push(limit);
      lookSoon();
    },
    callOff: () => {
      isOff = true;
      clearTimeout(timer);
    },
  };
}
