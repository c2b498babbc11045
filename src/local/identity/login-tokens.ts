import { LocalError } from "../request.ts";
import type { IdentityPool, World } from "../world.ts";
import { audienceOf, numberClaim, textClaim } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";
import { IDENTITY_POOL_ALGORITHMS } from "./foreign-issuers.ts";
import type { ForeignIssuers } from "./foreign-issuers.ts";
import type { LoginSubject } from "./identities.ts";
import { providerArn, roleMappingKey } from "./role-mapping-key.ts";
import { unverifiedClaims } from "./signing-keys.ts";
import type { SignIns } from "./sign-ins.ts";
import type { Tokens } from "./tokens.ts";

/** A login whose token held. */
export interface Login extends LoginSubject {
  readonly claims: Claims;
  /** Under which the pool's `roleMappings` speak of it. */
  readonly mappingKey: string;
  /** The last member of `amr`: this very user of this provider. */
  readonly method: string;
  /** Tag name → claim name. */
  readonly principalTags: Readonly<Record<string, string>>;
}

/** What logins are checked against. */
export interface LoginOptions {
  readonly world: Pick<World, "account">;
  readonly tokens: Tokens;
  readonly foreign: ForeignIssuers;
  readonly signIns: Pick<SignIns, "isRevoked">;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const MAX_LOGINS = 10;

/**
 * Checks the `Logins` of a request; every token must hold.
 *
 * Cognito reads the token before it looks whether the pool knows the provider: a mistyped key is told as an issuer
 * that does not match. The messages are Cognito's own.
 *
 * @throws LocalError NotAuthorizedException, InvalidParameterException, ExternalServiceException
 */
export async function verifyLogins(
  pool: IdentityPool,
  logins: Readonly<Record<string, string>>,
  options: LoginOptions,
): Promise<readonly Login[]> {
  const entries = Object.entries(logins);
  if (entries.length > MAX_LOGINS) {
    throw new LocalError("InvalidParameterException", `Logins must have at most ${MAX_LOGINS} entries`, 400);
  }
  const verified: Login[] = [];
  for (const [provider, token] of entries) {
    const isUserPool = options.tokens.issuer === `https://${provider}`;
    verified.push(await (isUserPool ? userPoolLogin : openIdLogin)(pool, { provider, token }, options));
  }
  return verified;
}

interface LoginEntry {
  /** The key of the entry. */
  readonly provider: string;
  readonly token: string;
}

/** Which of a pool's two issuers signs is the pool's own affair: its provider has one name. That is an assumption. */
async function userPoolLogin(
  pool: IdentityPool,
  { provider, token }: LoginEntry,
  { tokens, signIns, now }: LoginOptions,
): Promise<Login> {
  const claims = readClaims(token, [tokens.issuer, tokens.updatedIssuer], now());
  if ((await tokens.verify(token)) === undefined) throw invalidLogin("Couldn't verify signed token.");
  const clientId = textClaim(claims, "aud");
  const sub = textClaim(claims, "sub");
  if (sub === undefined || textClaim(claims, "token_use") !== "id") {
    throw invalidLogin("Not a valid OpenId Connect identity token.");
  }
  if (clientId === undefined || !pool.clientIds.includes(clientId)) throw unsupportedProvider();
  if (pool.serverSideTokenCheck === true && signIns.isRevoked(claims)) {
    throw invalidLogin("Token has been revoked.");
  }
  return {
    provider,
    sub,
    claims,
    mappingKey: `${provider}:${clientId}`,
    method: `${provider}:CognitoSignIn:${sub}`,
    principalTags: pool.principalTags ?? {},
  };
}

async function openIdLogin(
  pool: IdentityPool,
  { provider, token }: LoginEntry,
  { world, foreign, now }: LoginOptions,
): Promise<Login> {
  const issuer = `https://${provider}`;
  const claims = readClaims(token, [issuer], now());
  const known = pool.openIdProviders?.find((each) => each.provider === provider);
  if (known === undefined) throw unsupportedProvider();
  const verify = foreign(issuer);
  if (verify === undefined) {
    throw new LocalError("ExternalServiceException", `The keys of ${provider} could not be fetched.`, 400);
  }
  if ((await verify(token, IDENTITY_POOL_ALGORITHMS)) === undefined) {
    throw invalidLogin("Couldn't verify signed token.");
  }
  const sub = textClaim(claims, "sub");
  const audience = audienceOf(claims);
  if (sub === undefined) throw invalidLogin("Not a valid OpenId Connect identity token.");
  if (audience === undefined || !known.clientIds.includes(audience)) throw unsupportedProvider();
  return {
    provider,
    sub,
    claims,
    mappingKey: roleMappingKey(world, provider),
    method: `${providerArn(world, provider)}:OIDC:${sub}`,
    principalTags: known.principalTags ?? {},
  };
}

function readClaims(token: string, issuers: readonly string[], nowMs: number): Claims {
  const claims = unverifiedClaims(token);
  if (claims === undefined) throw invalidLogin("Not a valid OpenId Connect identity token.");
  if (!issuers.includes(textClaim(claims, "iss") ?? "")) {
    throw invalidLogin("Issuer doesn't match providerName");
  }
  for (const name of ["aud", "exp", "sub"]) {
    if (claims[name] === undefined) throw invalidLogin(`Missing a required claim: ${name}`);
  }
  const nowSeconds = Math.floor(nowMs / 1000);
  const exp = numberClaim(claims, "exp") ?? 0;
  if (nowSeconds >= exp) throw invalidLogin(`Token expired: ${nowSeconds} >= ${exp}`);
  return claims;
}

/** The identity pool's commonest refusal, in its own words. */
export function notAuthorized(message: string): LocalError {
  return new LocalError("NotAuthorizedException", message, 400);
}

function invalidLogin(reason: string): LocalError {
  return notAuthorized(`Invalid login token. ${reason}`);
}

function unsupportedProvider(): LocalError {
  return notAuthorized("Token is not from a supported provider of this identity pool.");
}
