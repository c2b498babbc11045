import { LocalError } from "../request.ts";
import type { Session, Sessions } from "../session.ts";
import type { IdentityPool, World } from "../world.ts";
import type { CallCounter } from "./call-counts.ts";
import type { Claims } from "./claim-values.ts";
import type { ForeignIssuers } from "./foreign-issuers.ts";
import { GUEST_SCOPE } from "./guest-scope.ts";
import type { Identities, Identity } from "./identities.ts";
import { createJsonService, optionalText, requiredText, textMap } from "./json-service.ts";
import type { JsonService } from "./json-service.ts";
import type { Lifetimes } from "./lifetimes.ts";
import { notAuthorized, verifyLogins } from "./login-tokens.ts";
import type { Login } from "./login-tokens.ts";
import type { OpenIdTokens } from "./open-id-tokens.ts";
import { principalTags } from "./principal-tags.ts";
import { chooseRole } from "./role-choice.ts";
import type { SignIns } from "./sign-ins.ts";
import type { Tokens } from "./tokens.ts";
import { findRole, trustsWebIdentity } from "./trust.ts";
import type { Trusts } from "./trust.ts";

/** What the identity pools stand on. */
export interface IdentityPoolOptions {
  readonly world: World;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly openIdTokens: OpenIdTokens;
  readonly foreign: ForeignIssuers;
  readonly signIns: SignIns;
  readonly trusts: Trusts;
  readonly lifetimes: Lifetimes;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly calls: CallCounter;
  readonly identities: Identities;
}

/** The provider that trust policies name for every identity pool. */
export const COGNITO_PROVIDER = "cognito-identity.amazonaws.com";

/** The enhanced flow gives every session this name. */
const SESSION_NAME = "CognitoIdentityCredentials";

/** An identity that showed its login, or a guest. */
interface Holder {
  readonly pool: IdentityPool;
  readonly identity: Identity;
  /** The first of its logins, whose provider decides on role and tags; undefined for a guest. */
  readonly login: Login | undefined;
}

/** GetId, GetCredentialsForIdentity and GetOpenIdToken, all of them unsigned calls. */
export function createIdentityPools(pools: IdentityPoolOptions): JsonService {
  return createJsonService(
    "AWSCognitoIdentityService",
    {
      GetId: (input) => getId(pools, input),
      GetCredentialsForIdentity: (input) => getCredentials(pools, input),
      GetOpenIdToken: (input) => getOpenIdToken(pools, input),
    },
    pools.calls,
  );
}

async function getId(pools: IdentityPoolOptions, input: Claims): Promise<object> {
  const poolId = requiredText(input, "IdentityPoolId");
  const account = optionalText(input, "AccountId");
  const pool = pools.world.identityPools.find((each) => each.id === poolId);
  if (pool === undefined || (account !== undefined && account !== pools.world.account)) {
    throw new LocalError("ResourceNotFoundException", `IdentityPool '${poolId}' not found.`, 400);
  }
  const logins = await verifyLogins(pool, textMap(input, "Logins"), pools);
  if (logins.length === 0) requireGuests(pool);
  const { identities } = pools;
  const identity = logins.length === 0 ? identities.newGuest(pool.id) : identities.ofLogins(pool.id, logins);
  return { IdentityId: identity.id };
}

async function getCredentials(pools: IdentityPoolOptions, input: Claims): Promise<object> {
  const holder = await holderOf(pools, input);
  const session = issueSession(pools, holder, optionalText(input, "CustomRoleArn"));
  return {
    IdentityId: holder.identity.id,
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expiresAtMs / 1000,
    },
  };
}

async function getOpenIdToken(pools: IdentityPoolOptions, input: Claims): Promise<object> {
  const holder = await holderOf(pools, input);
  const { pool, identity } = holder;
  if (!pool.allowClassicFlow) {
    throw invalidParameter("Basic (classic) flow is not enabled, please use enhanced flow.");
  }
  if (Object.keys(pool.roleMappings ?? {}).length > 0) {
    throw invalidParameter(
      "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
    );
  }
  const token = await pools.openIdTokens.issue({
    identityPoolId: pool.id,
    identityId: identity.id,
    amr: amrOf(holder.login),
    tags: tagsOf(holder),
  });
  return { IdentityId: identity.id, Token: token };
}

async function holderOf(pools: IdentityPoolOptions, input: Claims): Promise<Holder> {
  const id = requiredText(input, "IdentityId");
  const identity = pools.identities.find(id);
  const pool = pools.world.identityPools.find((each) => each.id === identity?.poolId);
  if (identity === undefined || pool === undefined) {
    throw new LocalError("ResourceNotFoundException", `Identity '${id}' not found.`, 400);
  }
  const logins = await verifyLogins(pool, textMap(input, "Logins"), pools);
  if (logins.length > 0)
    return { pool, login: logins[0], identity: opened(pools.identities, identity, logins) };
  if (identity.logins.length > 0) throw notAuthorized(`Access to Identity '${identity.id}' is forbidden.`);
  requireGuests(pool);
  return { pool, login: undefined, identity };
}

/** Nobody gets an identity without a login that is linked to it, but for guests. */
function opened(identities: Identities, identity: Identity, logins: readonly Login[]): Identity {
  const own = identities.open(identity, logins);
  if (own !== undefined) return own;
  throw notAuthorized(
    "Logins don't match. Please include at least one valid login for this identity or identity pool.",
  );
}

function issueSession(
  pools: IdentityPoolOptions,
  holder: Holder,
  customRoleArn: string | undefined,
): Session {
  const { pool, identity, login } = holder;
  const roleArn = roleOf(holder, customRoleArn);
  const tags = tagsOf(holder);
  const context = {
    [`${COGNITO_PROVIDER}:aud`]: pool.id,
    [`${COGNITO_PROVIDER}:sub`]: identity.id,
    [`${COGNITO_PROVIDER}:amr`]: amrOf(login),
    "aws:FederatedProvider": COGNITO_PROVIDER,
  };
  const role = findRole(pools.world, roleArn);
  if (
    role === undefined ||
    !trustsWebIdentity(pools.trusts, role, {
      federated: COGNITO_PROVIDER,
      context: { ...context, "sts:RoleSessionName": SESSION_NAME },
      tags,
    })
  ) {
    throw invalidConfiguration();
  }
  return pools.sessions.issue({
    roleArn,
    sessionName: SESSION_NAME,
    // A whole second: it goes over the wire as one.
    expiresAtMs: Math.floor((pools.now() + pools.lifetimes.credentialsMs) / 1000) * 1000,
    tags,
    sessionPolicies: login === undefined ? [GUEST_SCOPE] : [],
    context,
  });
}

function roleOf({ pool, login }: Holder, customRoleArn: string | undefined): string {
  if (login === undefined) {
    if (customRoleArn !== undefined) throw notAuthorized(`Access to Role '${customRoleArn}' is forbidden.`);
    if (pool.roles.unauthenticated === undefined) throw invalidConfiguration();
    return pool.roles.unauthenticated;
  }
  const choice = chooseRole({
    mapping: pool.roleMappings?.[login.mappingKey],
    claims: login.claims,
    customRoleArn,
    authenticatedRole: pool.roles.authenticated,
  });
  if ("roleArn" in choice) return choice.roleArn;
  if (choice.refused === "custom-role")
    throw notAuthorized(`Access to Role '${customRoleArn}' is forbidden.`);
  if (choice.refused === "ambiguous")
    throw notAuthorized(`The ambiguous role mapping rules for: ${login.mappingKey} denied this request.`);
  throw invalidConfiguration();
}

function tagsOf({ login }: Holder): Readonly<Record<string, string>> {
  const result = login === undefined ? { tags: {} } : principalTags(login.principalTags, login.claims);
  if ("problem" in result) throw invalidConfiguration();
  return result.tags;
}

function amrOf(login: Login | undefined): readonly string[] {
  if (login === undefined) return ["unauthenticated"];
  return ["authenticated", login.provider, login.method];
}

function requireGuests(pool: IdentityPool): void {
  if (!pool.allowUnauthenticated) {
    throw notAuthorized("Unauthenticated access is not supported for this identity pool.");
  }
}

/** No role, or STS would not give it: Cognito tells the two apart no further. */
function invalidConfiguration(): LocalError {
  return new LocalError(
    "InvalidIdentityPoolConfigurationException",
    "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    400,
  );
}

function invalidParameter(message: string): LocalError {
  return new LocalError("InvalidParameterException", message, 400);
}
