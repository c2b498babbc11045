import { hash } from "node:crypto";
import type { Caller } from "../domain/caller.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Claims, ProvenToken } from "./proven-token.ts";

/** The tokens of one request, each proved. */
export interface ProvenTokens {
  readonly bearer: ProvenToken;
  readonly idToken: ProvenToken | undefined;
  readonly isCookie: boolean;
  readonly tokenDigest: string;
}

/**
 * Makes the caller. Policy reads the bearer; an ID token beside it gives the login and the roles, and nothing else.
 *
 * @throws Refusal two-tokens, id-token-mismatch
 */
export function composeCaller({ bearer, idToken, isCookie, tokenDigest }: ProvenTokens): Caller {
  if (idToken !== undefined) checkPair(bearer, idToken);
  const { kind, issuer, issuerId, subject, clientId, groups, claims } = bearer;
  const { roles, preferredRole, login } = idToken ?? bearer;
  const all = idToken === undefined ? [claims] : [claims, idToken.claims];
  return {
    kind,
    issuer,
    subject,
    clientId,
    groups,
    roles,
    preferredRole,
    claims,
    expiresAtMs: Math.min(...all.map(({ exp }) => Number(exp) * 1000)),
    login,
    ambient: isCookie,
    // A name may stand for another issuer after a reload, and what was got for the one must not be found by the other.
    digest: digestOf([kind, issuer, issuerId, login?.provider, subject, clientId, ...all.map(lasting)]),
    tokenDigest,
    handles: handlesOf(issuer, subject, all),
  };
}

/** Only an access token and an ID token make a pair, and only where they are of one sign-in of one user. */
function checkPair(bearer: ProvenToken, idToken: ProvenToken): void {
  if (bearer.use !== "access" || idToken.use !== "id") throw new Refusal("two-tokens");
  const signIn = bearer.claims["origin_jti"];
  const isPair =
    bearer.kind === "user" &&
    bearer.issuer === idToken.issuer &&
    bearer.subject === idToken.subject &&
    bearer.clientId === idToken.clientId &&
    digestOf([...bearer.groups].sort()) === digestOf([...idToken.groups].sort()) &&
    typeof signIn === "string" &&
    signIn !== "" &&
    signIn === idToken.claims["origin_jti"];
  if (!isPair) throw new Refusal("id-token-mismatch");
}

function handlesOf(issuer: string, subject: string, all: readonly Claims[]): readonly string[] {
  const handles = all.flatMap((claims) =>
    ["jti", "origin_jti"].flatMap((claim) => {
      const id = claims[claim];
      return typeof id === "string" ? [`${claim}:${id}`] : [];
    }),
  );
  return [...new Set([...handles, `sub:${issuer}/${subject}`])];
}

/**
 * Claims that differ between two tokens of one sign-in and shape no credential. `iss` is one of them: the issuer's
 * configured name stands for every form of it.
 */
const FLEETING = new Set(["iss", "iat", "nbf", "exp", "jti", "auth_time", "event_id", "at_hash", "nonce"]);

function lasting(claims: Claims): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(claims).filter(([claim]) => !FLEETING.has(claim));
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function digestOf(value: unknown): string {
  return hash("sha256", JSON.stringify(value), "base64url");
}
