import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { findToken } from "./bearer.ts";
import type { KeySource } from "./jwks.ts";
import { readUnverified, type UnverifiedToken } from "./unverified.ts";
import type { UserPoolVerifier } from "./user-pool.ts";

/** An issuer whose tokens are accepted, with the keys that prove them. */
export interface Issuer {
  /** The configured name. */
  readonly name: string;
  /** Every form of `iss` that is this issuer's. */
  readonly iss: readonly string[];
  readonly keys: KeySource;
  readonly pool: UserPoolVerifier;
}

/** Says who sends a request. With a token seen before it answers at once. */
export type Authenticate = (headers: Headers) => Caller | Promise<Caller>;

/** A verification, and what must still hold for it to be used again. */
interface Verified {
  readonly caller: Caller;
  readonly keys: KeySource;
  readonly kid: string;
  readonly thumbprint: string;
  readonly notBeforeMs: number;
}

/** A token that says whose it is, with the issuer who can prove it. */
interface Claimed {
  readonly token: string;
  readonly digest: string;
  readonly unverified: UnverifiedToken;
  readonly issuer: Issuer;
}

/** What {@link createAuthenticate} needs. */
export interface AuthenticateOptions {
  readonly issuers: readonly Issuer[];
  readonly now: Clock;
  /** Verified tokens kept. Default 10,000. */
  readonly maxTokens?: number;
}

/** A token whose key is not known makes the keys be fetched, but not more often than this. */
const MIN_REFETCH_MS = 10_000;

/**
 * Makes the first stage of the pipeline.
 *
 * A verified token is kept by its SHA-256, so that tokens are not held twice, and each use checks again what can change:
 * that the key which proved it is still published, and the token's times against the clock.
 */
export function createAuthenticate({ issuers, now, maxTokens = 10_000 }: AuthenticateOptions): Authenticate {
  const verified = new LRUCache<string, Verified>({ max: maxTokens });
  const byIss = new Map(issuers.flatMap((issuer) => issuer.iss.map((iss) => [iss, issuer] as const)));

  const claimedBy = (token: string, digest: string): Claimed => {
    const unverified = readUnverified(token);
    const issuer = byIss.get(unverified.issuer);
    if (issuer === undefined) throw new Refusal("token-issuer");
    return { token, digest, unverified, issuer };
  };

  /** Undefined where the key that is said to have signed is not published, as far as is known. */
  const verify = ({ token, digest, unverified, issuer: { keys, pool } }: Claimed): Caller | undefined => {
    const { kid, payload } = unverified;
    const thumbprint = keys.current()?.thumbprint(kid);
    if (thumbprint === undefined) return undefined;
    const caller = pool.verify(token);
    const notBeforeMs = typeof payload["nbf"] === "number" ? payload["nbf"] * 1000 : 0;
    const proof = { caller, keys, kid, thumbprint, notBeforeMs };
    checkTimes(proof, now());
    verified.set(digest, proof);
    return caller;
  };

  const verifyWithNewKeys = async (claimed: Claimed): Promise<Caller> => {
    const { name, keys } = claimed.issuer;
    const asked = await keys.refresh(MIN_REFETCH_MS);
    const caller = verify(claimed);
    if (caller !== undefined) return caller;
    throw asked
      ? new Refusal("token-signature", { detail: "signed by a key that is not published" })
      : new Refusal("keys-unavailable", { detail: `user pool ${name}` });
  };

  return (headers) => {
    const token = findToken(headers);
    const digest = hash("sha256", token, "base64");
    const known = verified.get(digest);
    if (known !== undefined && isStillProved(known)) {
      checkTimes(known, now());
      return known.caller;
    }
    verified.delete(digest);
    const claimed = claimedBy(token, digest);
    return verify(claimed) ?? verifyWithNewKeys(claimed);
  };
}

/** A key that was withdrawn proves nothing any more, nor does one whose id now names another key. */
function isStillProved({ keys, kid, thumbprint }: Verified): boolean {
  return keys.current()?.thumbprint(kid) === thumbprint;
}

function checkTimes({ caller, notBeforeMs }: Verified, nowMs: number): void {
  if (nowMs >= caller.expiresAtMs) throw new Refusal("token-expired");
  if (nowMs < notBeforeMs) throw new Refusal("token-not-yet-valid");
}
