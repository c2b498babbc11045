import { hash } from "node:crypto";
import { validateCognitoJwtFields } from "aws-jwt-verify/cognito-verifier";
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  JwtInvalidIssuerError,
  JwtParseError,
} from "aws-jwt-verify/error";
import type { JwtPayload } from "aws-jwt-verify/jwt-model";
import { JwtVerifier } from "aws-jwt-verify/jwt-verifier";
import { dnsSuffixOf } from "../aws/endpoint.ts";
import { type Caller, claimStrings, type Login } from "../domain/caller.ts";
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
   * Proves signature, issuer, use and app client. The times it leaves alone: they have to hold at every use of the
   * token, not just at the first.
   *
   * @throws Refusal token-malformed, token-signature, token-issuer, token-use, token-client
   */
  readonly verify: (token: string) => Caller;
}

/** Issuers of a pool: the original form and that of multi-Region pools. Both are the one configured name. */
export function issuersOf({ id }: Pick<UserPool, "id">): readonly string[] {
  return [`https://${hostOf(id)}/${id}`, `https://issuer-${hostOf(id)}/${id}`];
}

/** The region that a user pool id begins with. */
export function regionOf(userPoolId: string): string {
  return userPoolId.slice(0, userPoolId.indexOf("_"));
}

function hostOf(userPoolId: string): string {
  const region = regionOf(userPoolId);
  return `cognito-idp.${region}.${dnsSuffixOf(region)}`;
}

/**
 * Makes the verifier of a pool: ID tokens only.
 *
 * `CognitoJwtVerifier` makes the same checks, but knows no partition other than that of amazonaws.com.
 */
export function createUserPoolVerifier(pool: UserPool): UserPoolVerifier {
  const clientId = [...pool.clientIds];
  const issuers = issuersOf(pool);
  const verifier = JwtVerifier.create(
    issuers.map((issuer) => ({
      issuer,
      audience: null, // that of an ID token is the app client, checked next
      customJwtCheck: ({ payload }: { payload: JwtPayload }) =>
        validateCognitoJwtFields(payload, { tokenUse: "id", clientId }),
      graceSeconds: Number.POSITIVE_INFINITY, // the library has a clock of its own
    })),
  );
  const provider = `${hostOf(pool.id)}/${pool.id}`;
  return {
    useKeys: ({ keys }) => {
      for (const issuer of issuers) verifier.cacheJwks({ keys: keys.map((key) => ({ ...key })) }, issuer);
    },
    verify: (token) => toCaller(pool.name, { provider, token }, proved(verifier, token)),
  };
}

function proved(
  verifier: { readonly verifySync: (token: string) => object },
  token: string,
): Readonly<Record<string, unknown>> {
  try {
    return { ...verifier.verifySync(token) };
  } catch (cause) {
    throw new Refusal(codeOf(cause), { cause });
  }
}

/** The library's errors all have the name "Error", so their classes tell them apart. */
function codeOf(error: unknown): RefusalCode {
  if (error instanceof JwtParseError) return "token-malformed";
  if (error instanceof JwtInvalidIssuerError) return "token-issuer";
  if (error instanceof CognitoJwtInvalidTokenUseError) return "token-use";
  if (error instanceof CognitoJwtInvalidClientIdError) return "token-client";
  return "token-signature";
}

function toCaller(issuer: string, login: Login, claims: Readonly<Record<string, unknown>>): Caller {
  const { sub, aud, exp } = claims;
  if (typeof sub !== "string" || sub === "" || typeof aud !== "string" || typeof exp !== "number")
    throw new Refusal("token-malformed", { detail: "no sub, aud or exp" });
  const preferredRole = claims["cognito:preferred_role"];
  return {
    kind: "user",
    issuer,
    subject: sub,
    clientId: aud,
    groups: claimStrings(claims["cognito:groups"]),
    roles: rolesOf(claims["cognito:roles"]),
    preferredRole: typeof preferredRole === "string" ? preferredRole : undefined,
    claims,
    expiresAtMs: exp * 1000,
    login,
    ambient: false,
    tokenDigest: hash("sha256", login.token, "base64url"),
    handles: [],
    digest: hash("sha256", JSON.stringify([issuer, sub, aud, lasting(claims)]), "base64url"),
  };
}

/** An array in every token seen, "a comma-separated string" in the developer guide; a role's name may hold a comma. */
function rolesOf(claim: unknown): readonly string[] {
  return claimStrings(claim).flatMap((roles) => roles.split(/, *(?=arn:)/));
}

/** Claims that differ between two tokens of one sign-in and shape no credential. */
const FLEETING = new Set(["iat", "nbf", "exp", "jti", "auth_time", "event_id", "at_hash", "nonce"]);

function lasting(claims: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(claims).filter(([claim]) => !FLEETING.has(claim));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
