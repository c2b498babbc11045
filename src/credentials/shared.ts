import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import { isDecision } from "./aws-error.ts";
import type { Broker } from "./broker.ts";
import type { Lookup, Supplier } from "./cached.ts";
import { canRenew, renewalSpan } from "./life.ts";
import { type Wish, wishOf } from "./memory.ts";
import type { Kept } from "./shared-record.ts";
import { createShelf, type Shelf, type ShelfOptions } from "./shared-shelf.ts";

/** What {@link shared} needs. */
export interface SharedOptions extends ShelfOptions {
  readonly onLookup: (lookup: Extract<Lookup, "shared_hit" | "stale">) => void;
  /** As the cache in memory has it. Default five minutes. */
  readonly refreshAheadMs?: number;
  /** From 0 to 1: keeps those who wait out of step. Default `Math.random`. */
  readonly random?: () => number;
  /** Default: a timer. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** Leave to exchange. */
interface Turn {
  readonly isLocked: boolean;
  /** What is still good, should the exchange not come off. */
  readonly kept: Kept | undefined;
}

const WAIT_MS = 3000;
const POLL_MS = 50;

/**
 * Shares what a broker gives with other processes, sealed, by way of a store. One exchange serves them all: while one
 * process makes it, the others use what is still good, or wait a little. What is due for renewal is renewed here before
 * memory finds it so.
 *
 * Denials are nobody else's: they are never stored, and take away what is. A store that is away is as if there were none.
 */
export function shared(broker: Broker, options: SharedOptions): Supplier {
  const { now, onLookup, refreshAheadMs = 300_000, random = Math.random, pause = sleep } = options;

  /** As in memory, but at the earliest that any process may find it so. */
  const isDue = ({ gotAtMs, expiresAtMs: endsAtMs }: Kept, caller: Caller): boolean =>
    now() >= endsAtMs - renewalSpan({ gotAtMs, endsAtMs }, refreshAheadMs, 1) &&
    canRenew({ endsAtMs }, caller);

  const waitForTurn = async (shelf: Shelf, caller: Caller): Promise<Turn | Credentials> => {
    const startMs = now();
    for (;;) {
      const lock = await shelf.lock();
      const kept = await shelf.look(); // whoever had the lock may have just put it there
      if (kept !== undefined && (lock === "another's" || !isDue(kept, caller))) {
        if (lock === "mine") void shelf.unlock();
        return kept;
      }
      if (lock !== "another's" || now() - startMs >= WAIT_MS) return { isLocked: lock === "mine", kept };
      await pause(POLL_MS * (0.5 + random()));
    }
  };

  const exchange = async (shelf: Shelf, { permit, caller }: Wish, { isLocked, kept }: Turn) => {
    const leave = (last: Promise<unknown>): void => void last.then(isLocked ? shelf.unlock : undefined);
    try {
      const credentials = await broker(permit, caller);
      leave(shelf.put(credentials)); // nobody here waits for it
      return credentials;
    } catch (error) {
      leave(isDecision(error) ? shelf.clear() : Promise.resolve());
      if (isDecision(error) || kept === undefined || now() >= kept.expiresAtMs) throw error;
      onLookup("stale");
      return kept;
    }
  };

  return async (permit, caller, refused) => {
    const wish = wishOf(permit, caller);
    const shelf = createShelf(options, { wish, refused, owner: randomUUID() });
    const kept = await shelf.look();
    const found = kept === undefined || isDue(kept, caller) ? await waitForTurn(shelf, caller) : kept;
    if ("isLocked" in found) return exchange(shelf, wish, found);
    onLookup("shared_hit");
    return found;
  };
}
