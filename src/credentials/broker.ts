import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import type { Exchange } from "../domain/exchange.ts";

/**
 * Gives the caller's own credentials in the permitted role. A decorator of a broker is a broker: what is cached or
 * shared answers at once, what is exchanged answers later.
 *
 * @throws Refusal role-not-granted, role-mismatch, credentials-refused, credentials-unavailable, credentials-throttled
 */
export type Broker = (permit: Permit, caller: Caller) => Credentials | Promise<Credentials>;

/** Told of every outward exchange. */
export type OnExchange = (exchange: Exchange) => void;
