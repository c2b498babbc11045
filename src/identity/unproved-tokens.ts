import type { JwtPayload } from "aws-jwt-verify/jwt-model";
import type { Caller } from "../domain/caller.ts";
import type { Headers } from "../domain/head.ts";
import { ALGORITHMS } from "./algorithm.ts";
import type { Issuer } from "./issuer.ts";
import { type KeySet, USER_POOL_KEYS } from "./jwks.ts";
import type { KeySource } from "./key-source.ts";
import { type OidcIssuer, readOidcClaims } from "./oidc.ts";
import { issuersOf, readPoolClaims, type UserPool } from "./user-pool.ts";
import { createAuthenticate } from "./verifier.ts";

/** Whose tokens are read. */
export interface UnprovedOptions {
  readonly userPools: readonly UserPool[];
  readonly issuers: readonly OidcIssuer[];
  readonly guests: boolean;
  readonly cookie?: { readonly name: string } | undefined;
}

/**
 * Makes a reader of requests' tokens that checks all of them but the signatures: for questions where no keys are at hand,
 * and for nothing else, since anybody can write such a token.
 *
 * @returns the caller at a time in epoch milliseconds
 */
export function createUnprovedReader(
  options: UnprovedOptions,
): (headers: Headers, nowMs: number) => Caller | Promise<Caller> {
  const issuers = [...options.userPools.map(unprovedPool), ...options.issuers.map(unprovedOidc)];
  return (headers, nowMs) =>
    createAuthenticate({ ...options, issuers, now: () => nowMs, maxTokens: 1 })(headers);
}

function unprovedPool(pool: UserPool): Issuer {
  return {
    name: pool.name,
    kind: "user pool",
    keys: new Map([...issuersOf(pool).values()].flat().map((iss) => [iss, EVERY_KEY])),
    algorithms: USER_POOL_KEYS.algorithms,
    verify: ({ text, payload }, place) => readPoolClaims(pool, payload as JwtPayload, { token: text, place }),
  };
}

function unprovedOidc(settings: OidcIssuer): Issuer {
  const { name, issuer, algorithms } = settings;
  return {
    name,
    kind: "issuer",
    keys: new Map([[issuer, EVERY_KEY]]),
    algorithms,
    verify: (token) => readOidcClaims(settings, token.payload as JwtPayload, token),
  };
}

/** Has a key of every name. It proves nothing, and nothing is asked of it but its name. */
const ANY_KEYS: KeySet = {
  keys: [],
  find: (kid) => ({ kid, algorithms: ALGORITHMS, jwk: { kid, kty: "" }, thumbprint: kid }),
};

const EVERY_KEY: KeySource = {
  current: () => ANY_KEYS,
  seek: () => Promise.resolve(),
  refresh: () => Promise.resolve(),
  limitWaiting: () => undefined,
  ageMs: () => 0,
  stop: () => undefined,
};
