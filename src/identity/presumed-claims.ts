import type { JwtPayload } from "aws-jwt-verify/jwt-model";
import { Refusal } from "../domain/refusal.ts";
import type { OidcIssuer } from "./oidc.ts";
import type { Claims } from "./proven-token.ts";
import { issuersOf, type UserPool } from "./user-pool.ts";

/** Stands for whoever is not named. */
const SOMEBODY = "somebody";

/** Seconds since 1970: later than anybody asks. */
const FAR = 32_503_680_000;

/**
 * The issuer whose claims they are.
 *
 * @param name as it is configured; default the only one
 * @throws Refusal token-issuer
 */
export function issuerOfClaims<I extends { readonly name: string }>(
  issuers: readonly I[],
  name: string | undefined,
): I {
  const found = name === undefined ? issuers : issuers.filter((issuer) => issuer.name === name);
  const [issuer, another] = found;
  if (issuer === undefined) throw new Refusal("token-issuer", { detail: "there is no such issuer" });
  if (another === undefined) return issuer;
  const names = issuers.map((one) => one.name).join(", ");
  throw new Refusal("token-issuer", { detail: `there are several issuers, and none is named: ${names}` });
}

/**
 * Claims of a user pool's token, with what they leave out. An ID token, unless they have what only an access token has
 * or the pool takes no other.
 *
 * @throws Refusal token-malformed
 */
export function presumePool(pool: UserPool, claims: Claims): JwtPayload {
  const [client = SOMEBODY] = pool.clientIds === "any" ? [] : pool.clientIds;
  const [[iss = ""] = []] = [...issuersOf(pool).values()];
  const looksLikeAccess = claims["client_id"] !== undefined || claims["scope"] !== undefined;
  const use = looksLikeAccess || !pool.tokenUse.includes("id") ? "access" : "id";
  const given = { iss, sub: SOMEBODY, exp: FAR, token_use: use, ...claims };
  if (given.token_use === "id") return checked({ aud: client, ...given });
  // Without a name it is a machine's, and its subject is the app client.
  const isMachine = claims["sub"] !== undefined && claims["sub"] === (claims["client_id"] ?? client);
  const named = isMachine ? {} : { username: SOMEBODY };
  return checked({ client_id: client, scope: pool.requiredScopes.join(" "), ...named, ...given });
}

/**
 * Claims of another provider's ID token, with what they leave out.
 *
 * @throws Refusal token-malformed
 */
export function presumeOidc({ issuer, audience }: OidcIssuer, claims: Claims): JwtPayload {
  return checked({ iss: issuer, sub: SOMEBODY, aud: audience[0] ?? SOMEBODY, exp: FAR, ...claims });
}

/** Claims that every reader may take for what they are: those of a token come from an issuer, and these from anybody. */
function checked(claims: Claims): JwtPayload {
  const odd = [
    ...["exp", "nbf"].filter((claim) => !isAbsentOr(claims[claim], "number")),
    ...["scope", "azp"].filter((claim) => !isAbsentOr(claims[claim], "string")),
    ...(isAudience(claims["aud"]) ? [] : ["aud"]),
  ];
  if (odd.length === 0) return claims as JwtPayload;
  throw new Refusal("token-malformed", { detail: `not what a token has: ${odd.join(", ")}` });
}

function isAbsentOr(value: unknown, type: "number" | "string"): boolean {
  return value === undefined || typeof value === type;
}

function isAudience(aud: unknown): boolean {
  if (aud === undefined || typeof aud === "string") return true;
  return Array.isArray(aud) && aud.every((one) => typeof one === "string");
}
