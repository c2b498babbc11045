import { randomUUID } from "node:crypto";
import type { JWK } from "jose";
import { LocalError } from "../request.ts";
import type { World } from "../world.ts";
import type { Claims } from "./claim-values.ts";
import { DEFAULT_LIFETIMES } from "./lifetimes.ts";
import type { Lifetimes } from "./lifetimes.ts";
import { newSigningKey, signClaims, verifiedClaims } from "./signing-keys.ts";
import type { NewSigningKey, SigningKey } from "./signing-keys.ts";
import { accessTokenClaims, idTokenClaims, serviceTokenClaims } from "./token-claims.ts";
import type { TokenFacts } from "./token-claims.ts";

/** Which of the pool's two keys: ID tokens and access tokens are signed by different ones. */
export type TokenUse = "id" | "access";

/** In whose name the pool issues a token: by default its own, in its own region. */
export interface Issuing {
  /** `original` is `cognito-idp.<region>…`, `updated` is `issuer-cognito-idp.<region>…`. Default `original`. */
  readonly issuerForm?: "original" | "updated";
  /** Of a replica of the pool. Default the pool's own. */
  readonly region?: string;
}

/** Whose token, and from which sign-in. */
export interface UserTokenRequest extends Issuing {
  readonly username: string;
  readonly clientId: string;
  /** Default `aws.cognito.signin.user.admin`, as a sign-in by the API gives. */
  readonly scopes?: readonly string[];
  /** Default false: a sign-in by the API. */
  readonly hosted?: boolean;
  readonly nonce?: string;
  /** For an ID token: the access token it comes with. */
  readonly accessToken?: string;
  /** Default now. */
  readonly authTimeMs?: number;
  /** Default new: a sign-in of its own. */
  readonly originJti?: string;
  /** Default new. */
  readonly eventId?: string;
  /** Claims that a pre-token-generation Lambda would add, replace or, by undefined, suppress. */
  readonly claims?: Claims;
  /** Default from the pool. */
  readonly lifetimeMs?: number;
}

/** Client credentials: a token without a user. */
export interface ServiceTokenRequest extends Issuing {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly lifetimeMs?: number;
}

/** The user pool's tokens. */
export interface Tokens {
  /** `https://cognito-idp.<region>.amazonaws.com/<pool>`, the real form, whatever address the stand-in listens on. */
  readonly issuer: string;
  /** The same in its UPDATED form, `https://issuer-cognito-idp.<region>.amazonaws.com/<pool>`. */
  readonly updatedIssuer: string;
  /** Whether an issuer is this pool, in any form and region. */
  readonly isIssuer: (issuer: string) => boolean;
  readonly issueIdToken: (request: UserTokenRequest) => Promise<string>;
  readonly issueAccessToken: (request: UserTokenRequest) => Promise<string>;
  readonly issueServiceToken: (request: ServiceTokenRequest) => Promise<string>;
  /** Signs any claims with the pool's key, for tokens that no honest pool would give out. */
  readonly sign: (
    use: TokenUse,
    claims: Claims,
    header?: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
  readonly signingKey: (use: TokenUse) => SigningKey;
  /** The claims of a token that a published key signed; undefined otherwise. Time is not looked at. */
  readonly verify: (token: string) => Promise<Claims | undefined>;
  readonly jwks: () => { readonly keys: readonly JWK[] };
  /** Signs with new keys from now on; the old ones are withdrawn unless `keepPrevious`. */
  readonly rotateKeys: (options?: { readonly keepPrevious?: boolean }) => Promise<void>;
}

/** What the tokens are made with. */
export interface TokensOptions {
  readonly world: Pick<World, "region" | "userPool">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly lifetimes?: Lifetimes;
  /** Default: keys that nobody else has. */
  readonly newKey?: NewSigningKey;
}

interface Keys {
  readonly current: Readonly<Record<TokenUse, SigningKey>>;
  readonly published: readonly SigningKey[];
}

const API_SCOPE = "aws.cognito.signin.user.admin";

/** Makes the keys of a user pool and what issues its tokens. */
export async function createTokens(options: TokensOptions): Promise<Tokens> {
  const { world, lifetimes = DEFAULT_LIFETIMES, newKey = newSigningKey } = options;
  let keys = await newKeys(newKey, []);
  const sign: Tokens["sign"] = (use, claims, header) => signClaims(keys.current[use], claims, header);
  return {
    issuer: issuerOf(world),
    updatedIssuer: issuerOf(world, { issuerForm: "updated" }),
    isIssuer: (issuer) => {
      const [, region] = /^https:\/\/(?:issuer-)?cognito-idp\.([a-z0-9-]+)\./.exec(issuer) ?? [];
      const forms = (["original", "updated"] as const).map((issuerForm) => ({ issuerForm, region }));
      return region !== undefined && forms.some((form) => issuerOf(world, { ...form, region }) === issuer);
    },
    issueIdToken: async (request) => {
      const facts = factsOf(request, { ...options, lifetimeMs: lifetimes.idTokenMs });
      return sign("id", { ...idTokenClaims(facts), ...request.claims });
    },
    issueAccessToken: async (request) => {
      const facts = factsOf(request, { ...options, lifetimeMs: lifetimes.accessTokenMs });
      return sign("access", { ...accessTokenClaims(facts), ...request.claims });
    },
    issueServiceToken: async ({ clientId, scopes, lifetimeMs = lifetimes.accessTokenMs, ...issuing }) => {
      const issuedAtMs = options.now();
      const expiresAtMs = issuedAtMs + lifetimeMs;
      const made = { issuer: issuerOf(world, issuing), issuedAtMs, expiresAtMs, jti: randomUUID() };
      return sign("access", serviceTokenClaims({ ...made, clientId, scopes }));
    },
    sign,
    signingKey: (use) => keys.current[use],
    verify: (token) => verifiedClaims(token, keys.published),
    jwks: () => ({ keys: keys.published.map((key) => key.publicJwk) }),
    rotateKeys: async ({ keepPrevious = false } = {}) => {
      keys = await newKeys(newKey, keepPrevious ? keys.published : []);
    },
  };
}

async function newKeys(newKey: NewSigningKey, previous: readonly SigningKey[]): Promise<Keys> {
  const [id, access] = await Promise.all([newKey("RS256"), newKey("RS256")]);
  return { current: { id, access }, published: [id, access, ...previous] };
}

/** Always the real form, whatever address the stand-in listens on. */
function issuerOf(
  world: TokensOptions["world"],
  { issuerForm = "original", region = world.region }: Issuing = {},
): string {
  const host = issuerForm === "original" ? "cognito-idp" : "issuer-cognito-idp";
  return `https://${host}.${region}.amazonaws.com/${world.userPool.id}`;
}

interface FactsOptions extends TokensOptions {
  readonly lifetimeMs: number;
}

function factsOf(request: UserTokenRequest, { world, now, lifetimeMs }: FactsOptions): TokenFacts {
  const { users, groups, clients } = world.userPool;
  const user = users.find((each) => each.username === request.username);
  if (user === undefined) throw new LocalError("UserNotFoundException", "User does not exist.", 400);
  if (!clients.some((client) => client.id === request.clientId)) {
    throw new LocalError(
      "ResourceNotFoundException",
      `User pool client ${request.clientId} does not exist.`,
      400,
    );
  }
  const issuedAtMs = now();
  return {
    issuer: issuerOf(world, request),
    clientId: request.clientId,
    user,
    groups: groups.filter((group) => user.groups.includes(group.name)),
    scopes: request.scopes ?? [API_SCOPE],
    hosted: request.hosted ?? false,
    nonce: request.nonce,
    accessToken: request.accessToken,
    authTimeMs: request.authTimeMs ?? issuedAtMs,
    issuedAtMs,
    expiresAtMs: issuedAtMs + (request.lifetimeMs ?? lifetimeMs),
    originJti: request.originJti ?? randomUUID(),
    eventId: request.eventId ?? randomUUID(),
    jti: randomUUID(),
  };
}
