import { LocalError } from "../request.ts";
import type { IdentityPool } from "../world.ts";
import { numberClaim, textClaim } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";
import type { LoginSubject } from "./identities.ts";
import { unverifiedClaims } from "./signing-keys.ts";
import type { Tokens } from "./tokens.ts";

/** A login whose token held. */
export interface Login extends LoginSubject {
  /** The app client the token was issued to. */
  readonly clientId: string;
  readonly claims: Claims;
}

const MAX_LOGINS = 10;

/**
 * Checks the `Logins` of a request; every token must hold.
 *
 * Cognito reads the token before it looks whether the pool knows the provider: a mistyped key is told as an issuer
 * that does not match. The messages are Cognito's own.
 *
 * @throws LocalError NotAuthorizedException, InvalidParameterException
 */
export async function verifyLogins(
  pool: IdentityPool,
  logins: Readonly<Record<string, string>>,
  { tokens, now }: { readonly tokens: Tokens; readonly now: () => number },
): Promise<Login | undefined> {
  const entries = Object.entries(logins);
  if (entries.length > MAX_LOGINS) {
    throw new LocalError("InvalidParameterException", `Logins must have at most ${MAX_LOGINS} entries`, 400);
  }
  const verified: Login[] = [];
  for (const [provider, token] of entries) {
    const claims = readClaims(provider, token, now());
    if ((await tokens.verify(token)) === undefined) throw invalidLogin("Couldn't verify signed token.");
    verified.push(loginOf(pool, provider, claims, tokens.issuer));
  }
  // The user pool is the one provider there is, so that a second entry never gets this far.
  return verified[0];
}

function readClaims(provider: string, token: string, nowMs: number): Claims {
  const claims = unverifiedClaims(token);
  if (claims === undefined) throw invalidLogin("Not a valid OpenId Connect identity token.");
  if (textClaim(claims, "iss") !== `https://${provider}`)
    throw invalidLogin("Issuer doesn't match providerName");
  for (const name of ["aud", "exp", "sub"]) {
    if (claims[name] === undefined) throw invalidLogin(`Missing a required claim: ${name}`);
  }
  const nowSeconds = Math.floor(nowMs / 1000);
  const exp = numberClaim(claims, "exp") ?? 0;
  if (nowSeconds >= exp) throw invalidLogin(`Token expired: ${nowSeconds} >= ${exp}`);
  return claims;
}

function loginOf(pool: IdentityPool, provider: string, claims: Claims, issuer: string): Login {
  const clientId = textClaim(claims, "aud");
  const sub = textClaim(claims, "sub");
  if (sub === undefined || textClaim(claims, "token_use") !== "id") {
    throw invalidLogin("Not a valid OpenId Connect identity token.");
  }
  if (issuer !== `https://${provider}` || clientId === undefined || !pool.clientIds.includes(clientId)) {
    throw notAuthorized("Token is not from a supported provider of this identity pool.");
  }
  return { provider, sub, clientId, claims };
}

/** The identity pool's commonest refusal, in its own words. */
export function notAuthorized(message: string): LocalError {
  return new LocalError("NotAuthorizedException", message, 400);
}

function invalidLogin(reason: string): LocalError {
  return notAuthorized(`Invalid login token. ${reason}`);
}
