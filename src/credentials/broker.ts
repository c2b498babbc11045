import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Permit } from "../domain/decision.ts";
import type { Operation } from "./quotas.ts";

/**
 * Gives the caller's own credentials in the permitted role. A decorator of a broker is a broker: what is cached or
 * shared answers at once, what is exchanged answers later.
 *
 * @throws Refusal role-not-granted, role-mismatch, credentials-refused, credentials-unavailable, credentials-throttled
 */
export type Broker = (permit: Permit, caller: Caller) => Credentials | Promise<Credentials>;

/** One outward exchange, for the metrics. */
export interface Exchange {
  readonly operation: Operation;
  /**
   * - `refused` and `misconfigured`: AWS decided;
   * - `throttled`, `unavailable` and `timeout`: asked again, a few times, it may answer better;
   * - `malformed` and `too-large`: nobody can read the answer;
   * - `held-back`: Postern's own limits did not let it out.
   */
  readonly outcome:
    | "ok"
    | "refused"
    | "misconfigured"
    | "throttled"
    | "unavailable"
    | "timeout"
    | "malformed"
    | "too-large"
    | "held-back";
  /** From sending to the end of the answer; of what was held back the wait. */
  readonly durationMs: number;
}

/** Told of every outward exchange. */
export type OnExchange = (exchange: Exchange) => void;
