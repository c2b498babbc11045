import { z } from "zod";
import { ALGORITHMS } from "../identity/algorithm.ts";
import { issuerProblem, jwksUriProblem, originProblem } from "./url-problem.ts";
import { distinct, filePath, interval, nameSchema, region, strings, unless, written } from "./values.ts";

const text = z.string().min(1);

/** A key of the `Logins` map (Amazon Cognito Federated Identities API, IdentityProviderName). */
const loginKey = written(
  /^[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[!-~]*)?$/,
  "a login key is written like an issuer, without https://",
).max(128, "a login key has at most 128 characters");

const CLIENTS = "it must be a list of app clients, or the word any";

const clientIds = z
  .union(
    [z.literal("any"), strings.refine((ids) => !ids.includes("any"), "any stands alone: clientIds: any")],
    { error: CLIENTS },
  )
  .describe("App clients whose tokens are accepted; any, written out, switches the check off.");

const TOKEN_USE = "it is required: [id], [access] or both";

const tokenUse = distinct(z.enum(["id", "access"]), TOKEN_USE)
  .min(1, TOKEN_USE)
  .describe("Kinds of token that callers may bring.");

const scope = written(/^[!#-[\]-~]+$/, "a scope is one word, as orders/read (RFC 6749 section 3.3)");

/** A user pool whose tokens are accepted. */
export const userPoolSchema = z.strictObject({
  name: nameSchema.describe("What rules, logs and metrics call this pool."),
  id: written(
    /^(?:eusc-[a-z]{2}|[a-z]{2})-(?:gov-)?[a-z]+-\d_[A-Za-z0-9]+$/,
    "a user pool id is written like us-east-1_AbCdEfGhI",
  ).describe("The pool's id, which names its region."),
  clientIds,
  tokenUse,
  requiredScopes: distinct(scope)
    .default([])
    .describe("Scopes that an access token must hold, all of them. Required where tokenUse has access."),
  resources: distinct(text)
    .default([])
    .describe("Resources that an access token may be bound to (RFC 8707); a bound one is refused otherwise."),
  regions: distinct(region).default([]).describe("Further regions of a multi-Region pool."),
  loginProvider: loginKey
    .optional()
    .describe("The pool's key in Logins, where it is not cognito-idp.REGION.amazonaws.com/ID."),
  immutableClaims: distinct(text)
    .default([])
    .describe("Attributes that no app client can write, so that rules may trust them."),
  jwksFile: filePath.optional().describe("The pool's keys, where they are not fetched."),
});

/** Another OpenID Connect provider whose ID tokens are accepted. */
export const issuerSchema = z
  .strictObject({
    name: nameSchema.describe("What rules, logs and metrics call this issuer."),
    issuer: unless(issuerProblem).describe("Equal to iss, to the letter."),
    audience: z
      .union([text, strings])
      .transform((audience) => (typeof audience === "string" ? [audience] : audience))
      .describe("The client ids that its tokens are for."),
    jwksUri: unless(jwksUriProblem).optional().describe("Where its keys are fetched."),
    jwksFile: filePath.optional().describe("Its keys, where they are not fetched."),
    loginKey: loginKey.optional().describe("Its key in Logins. Default: issuer without https://."),
    groupsClaim: text.optional().describe("The claim that groups are read from; without it there are none."),
    algorithms: distinct(z.enum(ALGORITHMS))
      .min(1)
      .default(["RS256"])
      .describe("What its tokens may be signed with."),
  })
  .transform(({ loginKey, ...issuer }) => ({
    ...issuer,
    loginKey: loginKey ?? issuer.issuer.slice("https://".length),
  }));

/** The cookie in which pages send the token. */
const cookie = z.strictObject({
  name: written(
    /^[!#$%&'*+.^_`|~\w-]{1,64}$/,
    "a cookie's name is of letters, digits and -_ (RFC 6265)",
  ).describe("The cookie that holds the token; others are ignored."),
  origins: distinct(unless(originProblem))
    .min(1)
    .describe("The pages that may use it, as browsers write them in Origin."),
});

/** What becomes of requests without a token. */
export const guestsSchema = z
  .enum(["deny", "allow"])
  .default("deny")
  .describe("What becomes of requests without a token. Guests match only rules that say guest: true.");

/** Whose tokens are accepted, and from where. */
export const identitySchema = z.strictObject({
  userPools: z.array(userPoolSchema).default([]).describe("Cognito user pools."),
  issuers: z.array(issuerSchema).default([]).describe("Other OpenID Connect providers."),
  guests: guestsSchema,
  cookie: cookie.optional().describe("A cookie that may carry the token. Without it cookies are ignored."),
  denylistFile: filePath
    .optional()
    .describe(
      "Revoked tokens and callers, one a line: jti:…, origin_jti:…, sub:NAME/SUB. Read again when it changes.",
    ),
  jwksRefresh: interval.prefault("1h").describe("How often keys are fetched anew."),
});
