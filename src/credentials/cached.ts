import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import { isDecision } from "./aws-error.ts";
import type { Broker } from "./broker.ts";
import { createFlights } from "./flights.ts";
import { canRenew, type Got } from "./life.ts";
import { createMemory, type Entry, type Memory, type Wish, wishOf } from "./memory.ts";

/** How a look-up ended, for the metrics. What memory misses or refreshes may be a hit in the shared tier. */
export type Lookup = "hit" | "miss" | "refresh" | "stale" | "shared_hit";

/**
 * A {@link Broker} as a cache asks it.
 *
 * @param refused credentials that AWS did not take a moment ago: they are not what is wanted
 */
export type Supplier = (
  permit: Permit,
  caller: Caller,
  refused: Credentials | undefined,
) => Got | Promise<Got>;

/** What {@link cached} needs. */
export interface CacheOptions {
  readonly now: Clock;
  readonly onLookup: (lookup: Lookup) => void;
  /** Default 10,000. */
  readonly maxCallers?: number;
  /** How long before their end credentials are renewed; at most a fifth of their life. Default five minutes. */
  readonly refreshAheadMs?: number;
  /** From 0 to 1: moves each renewal by up to a tenth of that time. Default `Math.random`. */
  readonly random?: () => number;
}

/** A broker that remembers. */
export interface CachedBroker {
  readonly obtain: Broker;
  /** Credentials at hand, without asking for any. */
  readonly peek: (permit: Permit, caller: Caller) => Credentials | undefined;
  /**
   * Forgets credentials that AWS did not take. Not those that were got within the last minute, and none twice a minute:
   * others would not help.
   *
   * @returns whether asking for credentials again makes sense
   */
  readonly drop: (permit: Permit, caller: Caller, credentials: Credentials) => boolean;
  /** Forgets the credentials of callers who are revoked or roles that are gone, those that are under way too. */
  readonly forget: Memory["forget"];
  /** How many credentials are at hand; those that ended a moment ago may still count. */
  readonly size: Memory["size"];
  readonly list: Memory["list"];
  /** Ends the sweep, which once a minute forgets what has ended and what was not used for an hour. */
  readonly close: () => void;
}

const RETRY_AFTER_MS = 5000;
const SWEEP_EVERY_MS = 60_000;

/**
 * Keeps what a broker gives, by everything that shaped it.
 *
 * One exchange serves all who ask at once. Before credentials end the next caller to use them starts their renewal and
 * is served at once with those at hand; while renewal fails for want of an answer they go on until they end. What AWS
 * decided against ends them there and then.
 */
export function cached(supply: Supplier, options: CacheOptions): CachedBroker {
  const { now, onLookup, maxCallers = 10_000, refreshAheadMs = 300_000, random = Math.random } = options;
  const memory = createMemory({ now, maxCallers, refreshAheadMs, random });
  const flights = createFlights(remembering(supply, memory));

  const ask = async (wish: Wish): Promise<Credentials> => {
    const denial = memory.findDenial(wish);
    if (denial !== undefined) throw denial;
    const flight = flights.join(wish);
    try {
      return await flight.credentials;
    } catch (error) {
      // What was decided about the leader's token says nothing about this one.
      if (flight.caller.tokenDigest === wish.caller.tokenDigest || !isDecision(error)) throw error;
      return memory.find(wish)?.credentials ?? ask(wish);
    }
  };

  const renew = async (wish: Wish, entry: Entry): Promise<void> => {
    entry.refreshAtMs = now() + RETRY_AFTER_MS;
    onLookup("refresh");
    try {
      await ask(wish);
    } catch (error) {
      if (!isDecision(error)) onLookup("stale");
    }
  };

  const sweeping = setInterval(memory.sweep, SWEEP_EVERY_MS).unref();
  return {
    obtain: (permit, caller) => {
      const wish = wishOf(permit, caller);
      const entry = memory.find(wish);
      onLookup(entry === undefined ? "miss" : "hit");
      if (entry === undefined) return ask(wish);
      if (now() >= entry.refreshAtMs && canRenew(entry, caller)) void renew(wish, entry);
      return entry.credentials;
    },
    peek: (permit, caller) => memory.find(wishOf(permit, caller))?.credentials,
    drop: (permit, caller, credentials) => memory.drop(wishOf(permit, caller), credentials),
    forget: (isGone) => {
      memory.forget(isGone);
      flights.turnAway(isGone);
    },
    size: memory.size,
    list: memory.list,
    close: () => clearInterval(sweeping),
  };
}

/** Exchanges, and remembers what came of it. */
function remembering(supply: Supplier, memory: Memory) {
  return async (wish: Wish, isWelcome: () => boolean): Promise<Credentials> => {
    try {
      const credentials = await supply(wish.permit, wish.caller, memory.findDropped(wish));
      if (isWelcome()) memory.keep(wish, credentials);
      return credentials;
    } catch (error) {
      if (isDecision(error)) memory.deny(wish, error);
      throw error;
    }
  };
}
