import { LRUCache } from "lru-cache";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Broker } from "./broker.ts";

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

/** Credentials, with the token they were got with. */
interface Entry {
  readonly credentials: Credentials;
  /** When the token they were got with ends; they are not used after it, since they cannot be revoked. */
  readonly tokenExpiresAtMs: number;
  /** When renewal is due. Moved on after an attempt that failed. */
  refreshAtMs: number;
}

/** A refusal that another try with the same token would meet again. */
interface Denied {
  readonly refusal: Refusal;
  readonly token: string;
  readonly untilMs: number;
}

/** An exchange under way, for all who wait for it. */
interface Flight {
  readonly credentials: Promise<Credentials>;
  readonly token: string;
}

const DENIALS: ReadonlySet<string> = new Set(["role-not-granted", "role-mismatch", "credentials-refused"]);
const DENIED_FOR_MS = 5000;
const RETRY_AFTER_MS = 5000;

/**
 * Keeps what a broker gives, by everything that shaped it: source, role and the caller's digest.
 *
 * One exchange serves all who ask at once. Before credentials end the next caller to use them starts their renewal and
 * is served at once with those at hand; while renewal fails for want of an answer they go on until they end.
 */
export function cached(
  broker: Broker,
  { now, onLookup, maxCallers = 10_000, refreshAheadMs = 300_000 }: CacheOptions,
): CachedBroker {
  const entries = new LRUCache<string, Entry>({ max: maxCallers });
  const denied = new LRUCache<string, Denied>({ max: maxCallers });
  const flights = new Map<string, Flight>();

  const exchange = async (key: string, permit: Permit, caller: Caller): Promise<Credentials> => {
    try {
      const credentials = await broker(permit, caller);
      const lifeMs = credentials.expiresAtMs - now();
      const refreshAtMs = credentials.expiresAtMs - Math.min(refreshAheadMs, lifeMs / 5);
      entries.set(key, { credentials, tokenExpiresAtMs: caller.expiresAtMs, refreshAtMs });
      return credentials;
    } catch (error) {
      if (error instanceof Refusal && DENIALS.has(error.code)) {
        entries.delete(key);
        denied.set(key, { refusal: error, token: caller.login.token, untilMs: now() + DENIED_FOR_MS });
      }
      throw error;
    } finally {
      flights.delete(key);
    }
  };

  const start = (key: string, permit: Permit, caller: Caller): Promise<Credentials> => {
    const credentials = exchange(key, permit, caller);
    flights.set(key, { credentials, token: caller.login.token });
    return credentials;
  };

  const join = (flight: Flight, key: string, permit: Permit, caller: Caller): Promise<Credentials> => {
    if (flight.token === caller.login.token) return flight.credentials;
    return flight.credentials.catch((error: unknown) => {
      // The leader's token was refused, not this one.
      if (error instanceof Refusal && DENIALS.has(error.code)) return exchange(key, permit, caller);
      throw error;
    });
  };

  const renew = (key: string, entry: Entry, permit: Permit, caller: Caller): void => {
    entry.refreshAtMs = now() + RETRY_AFTER_MS;
    onLookup("refresh");
    start(key, permit, caller).catch((error: unknown) => {
      if (!(error instanceof Refusal && DENIALS.has(error.code))) onLookup("stale");
    });
  };

  const usable = (entry: Entry | undefined, nowMs: number): entry is Entry =>
    entry !== undefined && nowMs < entry.credentials.expiresAtMs && nowMs < entry.tokenExpiresAtMs;

  const obtain: Broker = (permit, caller) => {
    const key = keyOf(permit, caller);
    const nowMs = now();
    const entry = entries.get(key);
    if (usable(entry, nowMs)) {
      onLookup("hit");
      if (nowMs >= entry.refreshAtMs && !flights.has(key)) renew(key, entry, permit, caller);
      return entry.credentials;
    }
    onLookup("miss");
    const refused = denied.get(key);
    if (refused !== undefined && refused.token === caller.login.token && nowMs < refused.untilMs)
      throw refused.refusal;
    const flight = flights.get(key);
    return flight === undefined ? start(key, permit, caller) : join(flight, key, permit, caller);
  };

  const peek: CachedBroker["peek"] = (permit, caller) => {
    const entry = entries.peek(keyOf(permit, caller));
    return usable(entry, now()) ? entry.credentials : undefined;
  };

  return { obtain, peek };
}

function keyOf({ source, role }: Permit, { digest }: Caller): string {
  return `${source} ${role} ${digest}`;
}
