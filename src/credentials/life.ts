import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";

/** Credentials, with the time when they were got from AWS where that was not just now. */
export type Got = Credentials & { readonly gotAtMs?: number | undefined };

/** From when until when credentials can be used, in epoch milliseconds. */
export interface Life {
  readonly gotAtMs: number;
  readonly endsAtMs: number;
}

const MAX_SHARE = 0.2;
const SPREAD = 0.1;

/**
 * How long before their end credentials are due for renewal, in milliseconds: as configured, at most a fifth of their
 * life, and up to a tenth of that more or less, so that what was got at once is not renewed at once.
 *
 * @param at from 0 to 1: where in the spread; 1 is the earliest that anybody renews
 */
export function renewalSpan({ gotAtMs, endsAtMs }: Life, refreshAheadMs: number, at: number): number {
  const span = Math.min(refreshAheadMs, (endsAtMs - gotAtMs) * MAX_SHARE);
  return span * (1 + SPREAD * (2 * at - 1));
}

/** Whether a caller can bring any that last longer: a token that ends when the credentials do cannot. */
export function canRenew({ endsAtMs }: Pick<Life, "endsAtMs">, { expiresAtMs }: Caller): boolean {
  return expiresAtMs > endsAtMs;
}

/** Whether two are the very same credentials, wherever they were read from. */
export function isSame(one: Credentials, other: Credentials): boolean {
  return one.accessKeyId === other.accessKeyId && one.sessionToken === other.sessionToken;
}
