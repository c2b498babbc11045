import type { Hono } from "hono";
import type { Sessions } from "../session.ts";
import type { World } from "../world.ts";
import type { Permits } from "./assume-role.ts";
import { createCallCounter } from "./call-counts.ts";
import type { CallCounts } from "./call-counts.ts";
import { createForeignIssuers } from "./foreign-issuers.ts";
import type { ForeignIssuer } from "./foreign-issuers.ts";
import { createIdentities } from "./identities.ts";
import type { Identities } from "./identities.ts";
import { createIdentityPools } from "./identity-pool.ts";
import type { JsonService } from "./json-service.ts";
import { DEFAULT_LIFETIMES } from "./lifetimes.ts";
import type { Lifetimes } from "./lifetimes.ts";
import { createOpenIdTokens } from "./open-id-tokens.ts";
import { createSignIns } from "./sign-ins.ts";
import { newSigningKey } from "./signing-keys.ts";
import type { NewSigningKey } from "./signing-keys.ts";
import { createSts } from "./sts.ts";
import type { Sts } from "./sts.ts";
import { createTokens } from "./tokens.ts";
import type { Tokens } from "./tokens.ts";
import type { Trusts } from "./trust.ts";
import { createUserPoolApi } from "./user-pool-api.ts";
import { createUserPoolApp } from "./user-pool.ts";

/** What the identity side is made from. */
export interface IdentitySideOptions {
  readonly world: World;
  /** Where credentials are issued, and where the guard finds them again. */
  readonly sessions: Sessions;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** IAM's reading of trust policies. */
  readonly trusts: Trusts;
  /** IAM's reading of a caller's own policies, for roles that trust a whole account. Default: nobody is permitted. */
  readonly permits?: Permits;
  readonly lifetimes?: Partial<Lifetimes>;
  /** OIDC issuers besides the user pool, with their keys. */
  readonly issuers?: readonly ForeignIssuer[];
  /** Default: keys that nobody else has. */
  readonly newKey?: NewSigningKey;
}

/** User pool, identity pools and STS of the stand-in, each by the protocol that reaches it. */
export interface IdentitySide {
  /** Web pages, OAuth endpoints and keys. */
  readonly app: Hono;
  /** Whether a path belongs to `app`. */
  readonly serves: (path: string) => boolean;
  /** `AWSCognitoIdentityProviderService.*`. */
  readonly cognitoIdp: JsonService;
  /** `AWSCognitoIdentityService.*`. */
  readonly cognitoIdentity: JsonService;
  readonly sts: Sts;
  /** Issues tokens without a sign-in, for the command line and for tests. */
  readonly tokens: Tokens;
  /** By operation name (`GetId`, `AssumeRole` …), and `jwks`, `authorize`, `token`. */
  readonly calls: CallCounts;
  /** Who the identities of the identity pools are. */
  readonly identities: Pick<Identities, "find">;
}

/** Makes new keys and empty tables, and starts the identity side of a world on them. */
export async function createIdentitySide(options: IdentitySideOptions): Promise<IdentitySide> {
  const { world, now, permits = () => false, newKey = newSigningKey } = options;
  const lifetimes = { ...DEFAULT_LIFETIMES, ...options.lifetimes };
  const [tokens, openIdTokens] = await Promise.all([
    createTokens({ world, now, lifetimes, newKey }),
    createOpenIdTokens({ account: world.account, region: world.region, now, newKey }),
  ]);
  const calls = createCallCounter();
  const signIns = createSignIns({ now, refreshTokenMs: lifetimes.refreshTokenMs });
  const foreign = createForeignIssuers(options.issuers);
  const identities = createIdentities();
  const shared = {
    ...options,
    identities,
    permits,
    lifetimes,
    tokens,
    openIdTokens,
    foreign,
    calls,
    signIns,
  };
  const own = ["/login", "/logout", "/.well-known/jwks_uri"];
  const under = ["/oauth2/", `/${world.userPool.id}/.well-known/`];
  return {
    app: createUserPoolApp(shared),
    serves: (path) => own.includes(path) || under.some((prefix) => path.startsWith(prefix)),
    cognitoIdp: createUserPoolApi(shared),
    cognitoIdentity: createIdentityPools(shared),
    sts: createSts(shared),
    tokens,
    calls,
    identities,
  };
}
