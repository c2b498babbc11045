import { LocalError } from "../request.ts";
import type { World } from "../world.ts";
import { audienceOf, claimTexts, numberClaim, textClaim } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";
import { STS_ALGORITHMS } from "./foreign-issuers.ts";
import type { ForeignIssuers } from "./foreign-issuers.ts";
import { OPEN_ID_ISSUER } from "./open-id-tokens.ts";
import type { OpenIdTokens } from "./open-id-tokens.ts";
import { tagProblem } from "./principal-tags.ts";
import { providerArn } from "./role-mapping-key.ts";
import { unverifiedClaims } from "./signing-keys.ts";
import type { Tokens } from "./tokens.ts";
import { SOURCE_IDENTITY_TEXT } from "./trust.ts";
import type { WebIdentity } from "./trust.ts";

/** A web identity whose token held, and what STS answers about it. */
export interface VerifiedWebIdentity extends WebIdentity {
  readonly subject: string;
  readonly audience: string;
}

/** What web identity tokens are checked against. */
export interface WebIdentityOptions {
  readonly world: World;
  readonly tokens: Tokens;
  readonly openIdTokens: OpenIdTokens;
  readonly foreign: ForeignIssuers;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Who signs the tokens of an issuer, and how a trust policy names it. */
interface Provider {
  /** Also the prefix of its condition keys. */
  readonly host: string;
  readonly federated: string;
  readonly verify: (token: string) => Promise<Claims | undefined>;
  readonly accepts: (audience: string) => boolean;
}

/**
 * Checks a token for AssumeRoleWithWebIdentity: an identity pool's own, or an ID token whose issuer IAM knows.
 *
 * @throws LocalError InvalidIdentityToken, ExpiredTokenException
 */
export async function verifyWebIdentity(
  token: string,
  options: WebIdentityOptions,
): Promise<VerifiedWebIdentity> {
  const claims = unverifiedClaims(token);
  const issuer = claims && textClaim(claims, "iss");
  const audience = claims && audienceOf(claims);
  const subject = claims && textClaim(claims, "sub");
  if (claims === undefined || issuer === undefined || audience === undefined || subject === undefined) {
    throw invalidToken(
      "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    );
  }
  const { host, federated, verify, accepts } = providerOf(issuer, options);
  if ((await verify(token)) === undefined) {
    throw invalidToken("The web identity token's signature could not be verified with its issuer's keys.");
  }
  requireUnexpired(claims, options.now());
  if (!accepts(audience)) throw invalidToken("Incorrect token audience");
  const amr = claimTexts(claims, "amr");
  return {
    federated,
    subject,
    audience,
    ...taggingOf(claims),
    sourceIdentity: sourceIdentityOf(claims),
    context: {
      [`${host}:aud`]: audience,
      [`${host}:sub`]: subject,
      ...(amr.length === 0 ? {} : { [`${host}:amr`]: amr }),
      "aws:FederatedProvider": federated,
    },
  };
}

function providerOf(issuer: string, options: WebIdentityOptions): Provider {
  const { world, openIdTokens } = options;
  const host = issuer.replace(/^https:\/\//, "");
  if (issuer === OPEN_ID_ISSUER) {
    // Trust policies name the pool as audience; there is no list of its own to be on.
    return { host, federated: host, verify: openIdTokens.verify, accepts: () => true };
  }
  const provider = world.oidcProviders?.find((each) => `https://${each.url}` === issuer);
  if (provider === undefined)
    throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  return {
    host,
    federated: providerArn(world, provider.url),
    verify: verifierOf(issuer, options),
    accepts: (audience) => provider.clientIds.includes(audience),
  };
}

function verifierOf(issuer: string, { tokens, foreign }: WebIdentityOptions): Provider["verify"] {
  if (tokens.isIssuer(issuer)) return tokens.verify;
  const verify = foreign(issuer);
  if (verify !== undefined) return (token) => verify(token, STS_ALGORITHMS);
  throw invalidToken(
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
  );
}

function requireUnexpired(claims: Claims, nowMs: number): void {
  const exp = numberClaim(claims, "exp");
  if (exp === undefined) throw invalidToken("Missing a required claim: exp");
  const nowSeconds = Math.floor(nowMs / 1000);
  if (nowSeconds < exp) return;
  const message = `Token expired: current date/time ${nowSeconds} must be before the expiration date/time ${exp}`;
  throw new LocalError("ExpiredTokenException", message, 400);
}

/** Tags travel in a claim of AWS's own. Source: IAM user guide, "passing session tags in STS". */
function taggingOf(claims: Claims): Required<Pick<WebIdentity, "tags" | "transitiveKeys">> {
  const claim = membersOf(claims["https://aws.amazon.com/tags"]);
  const tags = membersOf(claim["principal_tags"]);
  const pairs = Object.keys(tags).map((key) => [key, claimTexts(tags, key)[0] ?? ""] as const);
  const transitiveKeys = claimTexts(claim, "transitive_tag_keys");
  const problem = tagProblem(pairs);
  if (problem !== undefined) throw invalidToken(problem);
  if (!transitiveKeys.every((key) => Object.hasOwn(tags, key))) {
    throw invalidToken("The specified transitive tag key must be included in the requested tags.");
  }
  return { tags: Object.fromEntries(pairs), transitiveKeys };
}

function membersOf(claim: unknown): Claims {
  return typeof claim === "object" && claim !== null ? (claim as Claims) : {};
}

/** Source: IAM user guide, "monitor and control actions taken with assumed roles". */
function sourceIdentityOf(claims: Claims): string | undefined {
  const given = claims["https://aws.amazon.com/source_identity"];
  if (given === undefined || (typeof given === "string" && SOURCE_IDENTITY_TEXT.test(given))) return given;
  throw invalidToken("The source identity in the token is not valid.");
}

function invalidToken(message: string): LocalError {
  return new LocalError("InvalidIdentityToken", message, 400);
}
