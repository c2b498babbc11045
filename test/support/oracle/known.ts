import type { Fault } from "./judge.ts";
import type { Shot } from "./shot.ts";

/** A difference that is known, and is still there. */
export interface Known {
  readonly why: string;
  /** Of its {@link Fault}. */
  readonly kind: RegExp;
  /** A request that shows it. */
  readonly shot: Shot;
}

/** Differences that nobody has mended yet. One that is gone is to be taken out: a test says so. */
export const KNOWN: readonly Known[] = [];

/** Whether a fault is one that is known. */
export function isKnown({ kind }: Fault): boolean {
  return KNOWN.some((known) => known.kind.test(kind));
}
