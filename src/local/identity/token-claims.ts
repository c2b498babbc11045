import { createHash } from "node:crypto";
import type { Group, User } from "../world.ts";
import type { Claims } from "./claim-values.ts";

/** All that the claims of one user's token are made of. */
export interface TokenFacts {
  readonly issuer: string;
  readonly clientId: string;
  readonly user: User;
  /** The user's groups. */
  readonly groups: readonly Group[];
  readonly scopes: readonly string[];
  /** Whether the sign-in went through the web page and not through the API. */
  readonly hosted: boolean;
  readonly nonce?: string | undefined;
  /** The access token that an ID token is given out with. */
  readonly accessToken?: string | undefined;
  readonly authTimeMs: number;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** The same for every token of one sign-in. */
  readonly originJti: string;
  /** The same for the tokens of one answer. */
  readonly eventId: string;
  readonly jti: string;
}

/** The claims of a Cognito ID token. Source: CDG, "using the ID token". */
export function idTokenClaims(facts: TokenFacts): Claims {
  const { accessToken, user } = facts;
  return {
    ...(facts.hosted && accessToken !== undefined ? { at_hash: atHash(accessToken) } : {}),
    ...common(facts),
    ...attributeClaims(user),
    ...roleClaims(facts.groups),
    "cognito:username": user.username,
    ...(facts.nonce === undefined ? {} : { nonce: facts.nonce }),
    aud: facts.clientId,
    token_use: "id",
  };
}

/** The claims of a Cognito access token: groups but no roles, `client_id` but no `aud`. */
export function accessTokenClaims(facts: TokenFacts): Claims {
  return {
    ...common(facts),
    ...(facts.hosted ? { version: 2 } : {}),
    client_id: facts.clientId,
    token_use: "access",
    scope: facts.scopes.join(" "),
    username: facts.user.username,
  };
}

/** The claims of the access token that client credentials give: there is no user, and no sign-in to revoke. */
export function serviceTokenClaims(
  facts: Pick<TokenFacts, "issuer" | "clientId" | "scopes" | "issuedAtMs" | "expiresAtMs" | "jti">,
): Claims {
  return {
    sub: facts.clientId,
    token_use: "access",
    scope: facts.scopes.join(" "),
    auth_time: seconds(facts.issuedAtMs),
    iss: facts.issuer,
    exp: seconds(facts.expiresAtMs),
    iat: seconds(facts.issuedAtMs),
    version: 2,
    jti: facts.jti,
    client_id: facts.clientId,
  };
}

/**
 * `cognito:roles` and `cognito:preferred_role`.
 *
 * The role of the lowest precedence number is preferred; a tie between different roles prefers none, and a group
 * without a number comes last. Source: CDG "adding groups to a user pool".
 */
export function roleClaims(groups: readonly Group[]): Claims {
  const withRole = groups
    .filter((group) => group.role !== undefined)
    .sort((one, other) => rank(one) - rank(other));
  const [first] = withRole;
  if (first === undefined) return {};
  const best = new Set(withRole.filter((group) => rank(group) === rank(first)).map((group) => group.role));
  return {
    "cognito:roles": [...new Set(withRole.map((group) => group.role))],
    ...(best.size === 1 ? { "cognito:preferred_role": first.role } : {}),
  };
}

function rank(group: Group): number {
  return group.precedence ?? Number.MAX_SAFE_INTEGER;
}

function common(facts: TokenFacts): Claims {
  return {
    sub: facts.user.sub,
    ...(facts.groups.length > 0 ? { "cognito:groups": facts.groups.map((group) => group.name) } : {}),
    iss: facts.issuer,
    origin_jti: facts.originJti,
    event_id: facts.eventId,
    auth_time: seconds(facts.authTimeMs),
    exp: seconds(facts.expiresAtMs),
    iat: seconds(facts.issuedAtMs),
    jti: facts.jti,
  };
}

/** Attributes are texts, but for the two that say whether an address was verified. */
function attributeClaims(user: User): Claims {
  return Object.fromEntries(
    Object.entries(user.attributes ?? {}).map(([name, value]) => [
      name,
      name === "email_verified" || name === "phone_number_verified" ? value === "true" : value,
    ]),
  );
}

/** OpenID Connect Core 3.1.3.6. */
function atHash(accessToken: string): string {
  return createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url");
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
