import { compactVerify, createLocalJWKSet } from "jose";
import type { JSONWebKeySet } from "jose";
import type { Claims } from "./claim-values.ts";

/** An OIDC issuer that is not of this world, with the keys that it would publish. */
export interface ForeignIssuer {
  /** Exactly as its tokens name it, such as `https://accounts.example.com`. */
  readonly issuer: string;
  /** A JWK set (RFC 7517); looked at anew for each token, so that keys may be added and withdrawn. */
  readonly jwks: object;
}

/** The claims of a token that a key of the issuer signed by one of the algorithms; undefined otherwise. */
export type VerifyForeign = (token: string, algorithms: readonly string[]) => Promise<Claims | undefined>;

/** What checks the tokens of an issuer; undefined where nobody knows its keys. */
export type ForeignIssuers = (issuer: string) => VerifyForeign | undefined;

/** What an identity pool takes: "the signature must be verifiable via an RSA public key". Source: CDG, open-id. */
export const IDENTITY_POOL_ALGORITHMS: readonly string[] = ["RS256"];

/** What STS takes. Source: AssumeRoleWithWebIdentity, `WebIdentityToken`. */
export const STS_ALGORITHMS: readonly string[] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

/** Makes the directory of the issuers that a stand-in is started with. Time is not looked at. */
export function createForeignIssuers(issuers: readonly ForeignIssuer[] = []): ForeignIssuers {
  return (issuer) => {
    const jwks = issuers.find((each) => each.issuer === issuer)?.jwks;
    return jwks === undefined ? undefined : (token, algorithms) => verified(token, jwks, algorithms);
  };
}

async function verified(
  token: string,
  jwks: object,
  algorithms: readonly string[],
): Promise<Claims | undefined> {
  try {
    const keys = createLocalJWKSet(jwks as JSONWebKeySet);
    const { payload } = await compactVerify(token, keys, { algorithms: [...algorithms] });
    return JSON.parse(new TextDecoder().decode(payload)) as Claims;
  } catch {
    return undefined;
  }
}
