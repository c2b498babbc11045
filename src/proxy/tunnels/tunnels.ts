import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import type { Tunnel } from "../../upstream/tunnel.ts";

/** A tunnel that is open, and what it stands by. */
export interface Standing {
  readonly tunnel: Tunnel;
  /** Decides anew what it was opened for; undefined where that may go on. Never throws. */
  readonly review: () => TunnelEnd | undefined;
  /** What {@link Tunnels} had counted when it was decided first. */
  readonly since: number;
}

/** The tunnels of a data face. */
export interface Tunnels {
  readonly count: () => number;
  /** How often all were decided anew. */
  readonly reviews: () => number;
  /**
   * Notes one that is open, and decides it anew where the others were while it opened; call what it returns when it has ended.
   */
  readonly add: (standing: Standing) => () => void;
  /**
   * Decides all of them anew: for every change of the rules, the denylist or the upstreams. Others have their turn in between,
   * so that who decides meanwhile what goes on in one looks first whether `reviews` has gone on. Resolves when all that are open
   * now were decided, or have ended.
   */
  readonly review: () => Promise<void>;
  /** Ends all that are open or open just now, before it returns: their clients may come anew, if they are let in. */
  readonly endAll: (why: TunnelEnd) => void;
  /** Ends all of them, and those that open from then on; resolves when they have ended. */
  readonly drain: () => Promise<void>;
}

/** Rules may depend on the time, and keys are withdrawn without a word. */
const REVIEW_EVERY_MS = 60_000;
/** How long requests may wait while tunnels are reviewed. */
const SLICE_MS = 10;

/** Makes an empty registry. */
export function createTunnels(): Tunnels {
  const open = new Set<Standing>();
  let whenEmpty: (() => void) | undefined;
  let reviews = 0;
  /** What was decided before so many reviews is over, and why. */
  let over: { readonly before: number; readonly why: TunnelEnd } = { before: 0, why: "drain" };
  const round = createRound();
  const review = (): Promise<void> => {
    reviews++;
    return round.begin(open);
  };
  const reviewing = setInterval(() => void review(), REVIEW_EVERY_MS).unref();
  return {
    count: () => open.size,
    reviews: () => reviews,
    add: (standing) => {
      open.add(standing);
      if (whenEmpty !== undefined) standing.tunnel.end("drain");
      else if (standing.since < over.before) standing.tunnel.end(over.why);
      else if (standing.since < reviews) reviewOne(standing);
      return () => {
        open.delete(standing);
        round.leave(standing);
        if (open.size === 0) whenEmpty?.();
      };
    },
    review,
    endAll: (why) => {
      over = { before: ++reviews, why };
      for (const { tunnel } of open) tunnel.end(why);
    },
    drain: () => {
      clearInterval(reviewing);
      return new Promise((resolve) => {
        whenEmpty = resolve;
        for (const { tunnel } of open) tunnel.end("drain");
        if (open.size === 0) resolve();
      });
    },
  };
}

/** Decides many anew, a few at a time. */
function createRound() {
  /** Who has waited longest comes first. */
  const left = new Set<Standing>();
  const waiting: (() => void)[] = [];
  const goOn = (): void => {
    const untilMs = performance.now() + SLICE_MS;
    for (const next of left) {
      left.delete(next);
      reviewOne(next);
      if (performance.now() >= untilMs) break;
    }
    if (left.size > 0) setImmediate(goOn);
    else for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    /** Adds these to the round, or begins one; resolves when none is left. */
    begin: (open: Iterable<Standing>): Promise<void> => {
      const isUnderWay = left.size > 0;
      for (const standing of open) left.add(standing);
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (!isUnderWay) goOn();
      });
    },
    leave: (standing: Standing): void => void left.delete(standing),
  };
}

function reviewOne({ tunnel, review }: Standing): void {
  const end = review();
  if (end !== undefined) tunnel.end(end);
}
