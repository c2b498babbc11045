import { setTimeout as sleep } from "node:timers/promises";
import type { Condition } from "../admin/readiness.ts";

/** How soon it is seen that nothing is missing any more. */
const LOOK_MS = 50;

/** What {@link whenReady} needs. */
export interface Waiting {
  readonly conditions: () => readonly Condition[];
  /** Told what does not hold, each time that it is something else. */
  readonly onWaiting: (names: readonly string[]) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Resolves when every condition holds; at the end of waiting too. */
export async function whenReady({ conditions, onWaiting, signal }: Waiting): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    const missing = conditions().flatMap(({ name, holds }) => (holds() ? [] : [name]));
    if (missing.length === 0) return;
    if (missing.join() !== told) onWaiting(missing);
    told = missing.join();
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}
