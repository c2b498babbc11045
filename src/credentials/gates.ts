import type { Clock } from "../domain/clock.ts";
import { getOrAdd } from "../domain/get-or-add.ts";
import { type Breaker, createBreaker } from "../outbound/breaker.ts";
import { createPace, type Pace } from "../outbound/pace.ts";
import { isFault } from "./aws-error.ts";
import { type Operation, QUOTAS } from "./quotas.ts";

/** What an attempt has to pass before it goes out. */
export interface Gates {
  readonly pace: Pace;
  readonly breaker: Breaker;
}

/** Where an attempt goes to. */
export interface Destination {
  readonly service: string;
  readonly operation: Operation;
  /** The API's address: every region has quotas and troubles of its own. */
  readonly url: string;
  /** Of the caller. The API asks its issuers, so that one of them that makes it slow must not close it to the others. */
  readonly issuer: string;
}

/** What {@link createGates} needs. */
export interface GatesOptions {
  readonly now: Clock;
  /** Calls a second, where an account has other quotas than {@link QUOTAS}. */
  readonly rates?: Readonly<Partial<Record<Operation, number>>> | undefined;
}

/**
 * Keeps a pace for each operation, and for each issuer a breaker for each API, both of each origin; there are as many as
 * are configured.
 */
export function createGates({ now, rates = {} }: GatesOptions): (destination: Destination) => Gates {
  const paces = new Map<string, Pace>();
  const breakers = new Map<string, Breaker>();
  return ({ service, operation, url, issuer }) => {
    const { origin } = new URL(url);
    const perSecond = rates[operation] ?? QUOTAS[operation];
    return {
      pace: getOrAdd(paces, `${operation} ${origin}`, () => createPace({ perSecond, now })),
      breaker: getOrAdd(breakers, `${service} ${origin} ${issuer}`, () => createBreaker(isFault)),
    };
  };
}
