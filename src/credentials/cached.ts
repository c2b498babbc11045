import type { Clock } from "../domain/clock.ts";
import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import { isDecision } from "./aws-error.ts";
import type { Broker } from "./broker.ts";
import { createMemory, type Entry, type Wish, wishOf } from "./memory.ts";

/** How a look-up ended, for the metrics. */
export type Lookup = "hit" | "miss" | "refresh" | "stale";

/** What {@link cached} needs. */
export interface CacheOptions {
  readonly now: Clock;
  readonly onLookup: (lookup: Lookup) => void;
  /** Default 10,000. */
  readonly maxCallers?: number;
  /** How long before their end credentials are renewed; at most a fifth of their life. Default five minutes. */
  readonly refreshAheadMs?: number;
}

/** A broker that remembers. */
export interface CachedBroker {
  readonly obtain: Broker;
  /** Credentials at hand, without asking for any. */
  readonly peek: (permit: Permit, caller: Caller) => Credentials | undefined;
}

const RETRY_AFTER_MS = 5000;

/**
 * Keeps what a broker gives, by everything that shaped it.
 *
 * One exchange serves all who ask at once. Before credentials end the next caller to use them starts their renewal and
 * is served at once with those at hand; while renewal fails for want of an answer they go on until they end. What AWS
 * decided against ends them there and then.
 */
export function cached(
  broker: Broker,
  { now, onLookup, maxCallers = 10_000, refreshAheadMs = 300_000 }: CacheOptions,
): CachedBroker {
  const memory = createMemory({ now, maxCallers, refreshAheadMs });
  const fly = createFlights(async (wish) => {
    try {
      const credentials = await broker(wish.permit, wish.caller);
      memory.keep(wish, credentials);
      return credentials;
    } catch (error) {
      if (isDecision(error)) memory.deny(wish, error);
      throw error;
    }
  });

  const ask = async (wish: Wish): Promise<Credentials> => {
    const denial = memory.findDenial(wish);
    if (denial !== undefined) throw denial;
    const flight = fly(wish);
    try {
      return await flight.credentials;
    } catch (error) {
      // What was decided about the leader's token says nothing about this one.
      if (flight.tokenDigest === wish.caller.tokenDigest || !isDecision(error)) throw error;
      return memory.find(wish)?.credentials ?? ask(wish);
    }
  };

  /** A token that ends when the credentials do brings none that last longer. */
  const isDue = ({ refreshAtMs, endsAtMs }: Entry, { expiresAtMs }: Caller): boolean =>
    now() >= refreshAtMs && expiresAtMs > endsAtMs;

  const renew = async (wish: Wish, entry: Entry): Promise<void> => {
    entry.refreshAtMs = now() + RETRY_AFTER_MS;
    onLookup("refresh");
    try {
      await ask(wish);
    } catch (error) {
      if (!isDecision(error)) onLookup("stale");
    }
  };

  return {
    obtain: (permit, caller) => {
      const wish = wishOf(permit, caller);
      const entry = memory.find(wish);
      onLookup(entry === undefined ? "miss" : "hit");
      if (entry === undefined) return ask(wish);
      if (isDue(entry, caller)) void renew(wish, entry);
      return entry.credentials;
    },
    peek: (permit, caller) => memory.find(wishOf(permit, caller))?.credentials,
  };
}

/** An exchange under way, for all who wait for it. */
interface Flight {
  readonly credentials: Promise<Credentials>;
  /** Of the tokens that the exchange is made with. */
  readonly tokenDigest: string;
}

/** Makes the function that joins the flight under way to what is wished for, or starts it. */
function createFlights(exchange: (wish: Wish) => Promise<Credentials>): (wish: Wish) => Flight {
  const flights = new Map<string, Flight>();
  return (wish) => {
    const { key, caller } = wish;
    const underWay = flights.get(key);
    if (underWay !== undefined) return underWay;
    const credentials = exchange(wish).finally(() => flights.delete(key));
    const flight = { credentials, tokenDigest: caller.tokenDigest };
    flights.set(key, flight);
    return flight;
  };
}
