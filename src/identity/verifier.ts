import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { type Caller, GUEST } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { findTokens, type Presented } from "./bearer.ts";
import { composeCaller } from "./compose-caller.ts";
import type { Denylist } from "./denylist.ts";
import type { Issuer } from "./issuer.ts";
import type { SigningKey } from "./jwks.ts";
import type { KeySource } from "./key-source.ts";
import type { TokenPlace } from "./proven-token.ts";
import { readUnverified, type UnverifiedToken } from "./unverified.ts";

/** Says who sends a request. With tokens seen before it answers at once. */
export type Authenticate = (headers: Headers) => Caller | Promise<Caller>;

/** What {@link createAuthenticate} needs. */
export interface AuthenticateOptions {
  readonly issuers: readonly Issuer[];
  readonly now: Clock;
  /** Whether a request without any credential is the guest's. Default false. */
  readonly guests?: boolean;
  /** The cookie that may bring a token. */
  readonly cookie?: { readonly name: string } | undefined;
  readonly denylist?: Pick<Denylist, "isRevoked"> | undefined;
  /** Verified tokens kept. Default 10,000. */
  readonly maxTokens?: number;
}

/** A token that says whose it is, with the issuer who can prove it. */
interface Claimed {
  readonly token: UnverifiedToken;
  readonly place: TokenPlace;
  readonly issuer: Issuer;
  readonly keys: KeySource;
}

/** The key that proved a token: it must still be published when the proof is used again. */
interface Proof {
  readonly keys: KeySource;
  readonly kid: string;
  readonly thumbprint: string;
}

/** A verification, and what must still hold for it to be used again. */
interface Verified {
  readonly caller: Caller;
  readonly proofs: readonly Proof[];
  readonly notBeforeMs: number;
}

/**
 * Makes the first stage of the pipeline.
 *
 * A verification is kept by the SHA-256 of all tokens that were presented, so that tokens are not held twice, and each use
 * checks again what can change: that the keys which proved it are still published, the times, and the denylist. What
 * cannot change, the configuration, has an `Authenticate` of its own.
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { issuers, now, guests = false, cookie, denylist, maxTokens = 10_000 } = options;
  const verified = new LRUCache<string, Verified>({ max: maxTokens });
  const claim = createClaim(issuers);

  const admit = (known: Verified): Caller => {
    const nowMs = now();
    if (nowMs >= known.caller.expiresAtMs) throw new Refusal("token-expired");
    if (nowMs < known.notBeforeMs) throw new Refusal("token-not-yet-valid");
    if (denylist?.isRevoked(known.caller) === true) throw new Refusal("token-revoked");
    return known.caller;
  };
  const verifyAnew = (presented: Presented, tokenDigest: string): Caller | Promise<Caller> => {
    const claimed = [claim(presented.token, "bearer")];
    if (presented.idToken !== undefined) claimed.push(claim(presented.idToken, "id-token"));
    const finish = (): Caller => {
      const fresh = verify(claimed, presented.isCookie, tokenDigest);
      const caller = admit(fresh);
      verified.set(tokenDigest, fresh);
      return caller;
    };
    const unknown = claimed.filter((one) => keyOf(one) === undefined);
    if (unknown.length === 0) return finish();
    return Promise.all(unknown.map(({ keys, token }) => keys.seek(token.kid))).then(finish);
  };

  return (headers) => {
    const presented = findTokens(headers, cookie?.name);
    if (presented === undefined) {
      if (guests) return GUEST;
      throw new Refusal("token-missing");
    }
    const tokenDigest = digestOf(presented);
    const known = verified.get(tokenDigest);
    if (known?.proofs.every(isStillPublished) === true) return admit(known);
    verified.delete(tokenDigest);
    return verifyAnew(presented, tokenDigest);
  };
}

/** Of the tokens and their kinds. In a pair the first one's length parts it from the second, whatever they hold. */
function digestOf({ token, idToken, isCookie }: Presented): string {
  const text =
    idToken === undefined
      ? `${isCookie ? "cookie" : "token"} ${token}`
      : `pair ${token.length} ${token}${idToken}`;
  return hash("sha256", text, "base64url");
}

/** Makes the function that finds who can prove a token. */
function createClaim(issuers: readonly Issuer[]): (text: string, place: TokenPlace) => Claimed {
  const byIss = new Map(
    issuers.flatMap((issuer) => Array.from(issuer.keys, ([iss, keys]) => [iss, { issuer, keys }] as const)),
  );
  return (text, place) => {
    const token = readUnverified(text);
    const found = byIss.get(token.issuer);
    if (found === undefined) throw new Refusal("token-issuer");
    if (!found.issuer.algorithms.includes(token.algorithm)) throw wrongAlgorithm();
    return { ...found, token, place };
  };
}

/** Undefined where the key that is said to have signed is not published, as far as is known. */
function keyOf({ keys, token }: Claimed): SigningKey | undefined {
  return keys.current()?.find(token.kid);
}

/** Proves all tokens of a request by keys that are known. */
function verify(claimed: readonly Claimed[], isCookie: boolean, tokenDigest: string): Verified {
  const proofs = claimed.map((one): Proof => {
    const { kid, thumbprint, algorithms } = keyOf(one) ?? unpublished();
    // The library would let an RSA key prove a token that claims an elliptic signature.
    if (!algorithms.includes(one.token.algorithm)) throw wrongAlgorithm();
    return { keys: one.keys, kid, thumbprint };
  });
  const [bearer, idToken] = claimed.map(({ token, place, issuer }) => issuer.verify(token, place));
  if (bearer === undefined) throw new Refusal("token-missing");
  const caller = composeCaller({ bearer, idToken, isCookie, tokenDigest });
  const notBefore = claimed.map(({ token }) => Number(token.payload["nbf"] ?? 0) * 1000);
  return { caller, proofs, notBeforeMs: Math.max(...notBefore) };
}

/** A key that was withdrawn proves nothing any more, nor does one whose id now names another key. */
function isStillPublished({ keys, kid, thumbprint }: Proof): boolean {
  return keys.current()?.find(kid)?.thumbprint === thumbprint;
}

function unpublished(): never {
  throw new Refusal("token-signature", { detail: "signed by a key that is not published" });
}

function wrongAlgorithm(): Refusal {
  return new Refusal("token-signature", { detail: "not the algorithm of the key or of its issuer" });
}
