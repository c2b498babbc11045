import { hash } from "node:crypto";
import { CognitoJwtVerifier } from "aws-jwt-verify";
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtNotBeforeError,
  JwtParseError,
} from "aws-jwt-verify/error";
import { type Caller, claimStrings } from "../domain/caller.ts";
import { Refusal, type RefusalCode } from "../domain/refusal.ts";
import type { KeySet } from "./jwks.ts";

/** A user pool whose tokens are accepted. */
export interface UserPool {
  /** The configured name. */
  readonly name: string;
  /** Such as `us-east-1_AbCdEfGhI`. */
  readonly id: string;
  readonly clientIds: readonly string[];
}

/** Verifies tokens of one user pool, by keys that it is handed. */
export interface UserPoolVerifier {
  readonly useKeys: (keys: KeySet) => void;
  /**
   * Proves signature, issuer, app client, use and times.
   *
   * @throws Refusal every `token-…` code but token-missing
   */
  readonly verify: (token: string) => Caller;
}

/** Issuers of a pool: the original form and that of multi-Region pools. Both are the one configured name. */
export function issuersOf({ id }: UserPool): readonly string[] {
  const region = regionOf(id);
  return [
    `https://cognito-idp.${region}.amazonaws.com/${id}`,
    `https://issuer-cognito-idp.${region}.amazonaws.com/${id}`,
  ];
}

/** The region that a user pool id begins with. */
export function regionOf(userPoolId: string): string {
  return userPoolId.slice(0, userPoolId.indexOf("_"));
}

/** Makes the verifier of a pool: ID tokens only. */
export function createUserPoolVerifier(pool: UserPool): UserPoolVerifier {
  const verifier = CognitoJwtVerifier.create({
    userPoolId: pool.id,
    tokenUse: "id",
    clientId: [...pool.clientIds],
  });
  const provider = `cognito-idp.${regionOf(pool.id)}.amazonaws.com/${pool.id}`;
  return {
    useKeys: ({ keys }) => verifier.cacheJwks({ keys: keys.map((key) => ({ ...key })) }),
    verify: (token) => {
      try {
        return toCaller(pool.name, { provider, token }, verifier.verifySync(token));
      } catch (cause) {
        throw cause instanceof Refusal ? cause : new Refusal(codeOf(cause), { cause });
      }
    },
  };
}

/** Claims that differ between two tokens of one sign-in and shape no credential. */
const FLEETING = new Set(["iat", "nbf", "exp", "jti", "auth_time", "event_id", "at_hash", "nonce"]);

function toCaller(issuer: string, login: Caller["login"], claims: Readonly<Record<string, unknown>>): Caller {
  const { sub, aud, exp } = claims;
  if (typeof sub !== "string" || sub === "" || typeof aud !== "string" || typeof exp !== "number") {
    throw new Refusal("token-malformed", { detail: "no sub, aud or exp" });
  }
  const preferredRole = claims["cognito:preferred_role"];
  return {
    kind: "user",
    issuer,
    subject: sub,
    clientId: aud,
    groups: claimStrings(claims["cognito:groups"]),
    roles: claimStrings(claims["cognito:roles"]),
    preferredRole: typeof preferredRole === "string" ? preferredRole : undefined,
    claims,
    expiresAtMs: exp * 1000,
    login,
    digest: digestOf(issuer, sub, aud, claims),
  };
}

function digestOf(
  issuer: string,
  subject: string,
  clientId: string,
  claims: Readonly<Record<string, unknown>>,
): string {
  const lasting = Object.entries(claims).filter(([claim]) => !FLEETING.has(claim));
  lasting.sort(([a], [b]) => (a < b ? -1 : 1));
  return hash("sha256", JSON.stringify([issuer, subject, clientId, lasting]), "base64url");
}

/** The library's errors all have the name "Error", so their classes tell them apart. */
function codeOf(error: unknown): RefusalCode {
  if (error instanceof JwtExpiredError) return "token-expired";
  if (error instanceof JwtNotBeforeError) return "token-not-yet-valid";
  if (error instanceof JwtInvalidIssuerError) return "token-issuer";
  if (error instanceof JwtInvalidAudienceError || error instanceof CognitoJwtInvalidClientIdError)
    return "token-client";
  if (error instanceof CognitoJwtInvalidTokenUseError) return "token-use";
  if (error instanceof JwtParseError) return "token-malformed";
  return "token-signature";
}
