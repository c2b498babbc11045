import type { Caller } from "../domain/caller.ts";
import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { findTokens } from "./bearer.ts";
import { composeCaller } from "./compose-caller.ts";
import { type OidcIssuer, readOidcClaims } from "./oidc.ts";
import type { Claims, ProvenToken } from "./proven-token.ts";
import { readPoolClaims, type UserPool } from "./user-pool.ts";
import { issuerOfClaims, presumeOidc, presumePool } from "./presumed-claims.ts";

/** What {@link createClaimedCallers} needs. */
export interface ClaimedOptions {
  readonly userPools: readonly UserPool[];
  readonly issuers: readonly OidcIssuer[];
  /** The cookie that may bring a token. */
  readonly cookie?: { readonly name: string } | undefined;
  readonly isRevoked?: ((caller: Caller) => boolean) | undefined;
}

/** Claims that nobody has proved, and what is said beside them. */
export interface Claiming {
  readonly claims: Claims;
  /** The configured name; default the only one. */
  readonly issuer: string | undefined;
  /** Of the request. A token among them is a second credential. */
  readonly headers: Headers;
  /** Epoch milliseconds at which the claims must hold. */
  readonly nowMs: number;
}

/**
 * Takes claims at their word: a caller as a token that says this would make, by the rules of verified tokens. For
 * questions alone; nobody who asks for anything is let in by it.
 *
 * Claims that are left out are those of a token that is accepted: a user of the issuer's first app client, with the
 * scopes that are required, now.
 *
 * @throws Refusal as of tokens; token-issuer also where no issuer is named and there are several
 */
export type ClaimedCaller = (claiming: Claiming) => Caller;

/** Makes the reader of claims. */
export function createClaimedCaller(options: ClaimedOptions): ClaimedCaller {
  const { userPools, issuers, cookie, isRevoked } = options;
  return ({ claims, issuer: name, headers, nowMs }) => {
    if (findTokens(headers, cookie?.name) !== undefined)
      throw new Refusal("two-tokens", { detail: "a token in the headers, beside claims" });
    const issuer = issuerOfClaims([...userPools, ...issuers], name);
    const bearer = "issuer" in issuer ? readOfIssuer(issuer, claims) : readOfPool(issuer, claims);
    const caller = composeCaller({ bearer, idToken: undefined, isCookie: false, tokenDigest: "" });
    if (nowMs >= caller.expiresAtMs) throw new Refusal("token-expired");
    if (nowMs < Number(bearer.claims["nbf"] ?? 0) * 1000) throw new Refusal("token-not-yet-valid");
    if (isRevoked?.(caller) === true) throw new Refusal("token-revoked");
    return caller;
  };
}

/** A login that is there and cannot be used: nothing is exchanged for claims. */
const NO_TOKEN = { token: "", text: "", type: undefined };

function readOfPool(pool: UserPool, claims: Claims): ProvenToken {
  return readPoolClaims(pool, presumePool(pool, claims), { ...NO_TOKEN, place: "bearer" });
}

function readOfIssuer(issuer: OidcIssuer, claims: Claims): ProvenToken {
  return readOidcClaims(issuer, presumeOidc(issuer, claims), NO_TOKEN);
}
