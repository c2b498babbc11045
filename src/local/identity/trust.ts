import type { Role, World } from "../world.ts";

/** Keys and values that a trust policy's conditions are read against. */
export type TrustContext = Readonly<Record<string, string | readonly string[]>>;

/** Whether a trust policy lets somebody do an `sts:` action. */
export type Trusts = (
  trustDocument: unknown,
  request: {
    readonly action: string;
    readonly federated?: string;
    readonly principal?: string;
    readonly context: Record<string, string | readonly string[]>;
  },
) => boolean;

/** The context key of the source identity that a session keeps. */
export const SOURCE_IDENTITY = "aws:SourceIdentity";
/** The context key of the tags that a session hands on. */
export const TRANSITIVE_KEYS = "sts:TransitiveTagKeys";

/** What a source identity may be. Source: AssumeRole, `SourceIdentity`. */
export const SOURCE_IDENTITY_TEXT = /^[\w+=,.@-]{2,64}$/;

/** Somebody who wants to assume a role with a token of an identity provider. */
export interface WebIdentity {
  /** `cognito-identity.amazonaws.com` or the ARN of an OIDC provider. */
  readonly federated: string;
  /** `<provider>:aud`, `<provider>:sub`, `<provider>:amr`. */
  readonly context: TrustContext;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveKeys?: readonly string[];
  readonly sourceIdentity?: string | undefined;
}

/** The role of an ARN; undefined when the world has none. */
export function findRole(world: Pick<World, "account" | "roles">, roleArn: string): Role | undefined {
  return world.roles.find((role) => `arn:aws:iam::${world.account}:role/${role.name}` === roleArn);
}

/** Whether a role's trust policy takes a web identity, with the tags and the source identity that it brings. */
export function trustsWebIdentity(trusts: Trusts, role: Role, who: WebIdentity): boolean {
  const { tags, transitiveKeys = [], sourceIdentity, federated } = who;
  const context = {
    ...who.context,
    ...tagContext(tags),
    ...(sourceIdentity === undefined ? {} : { "sts:SourceIdentity": sourceIdentity }),
    ...(transitiveKeys.length === 0 ? {} : { [TRANSITIVE_KEYS]: transitiveKeys }),
  };
  return [
    "sts:AssumeRoleWithWebIdentity",
    ...(noTags(tags) ? [] : ["sts:TagSession"]),
    ...(sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ].every((action) => trusts(role.trust, { action, federated, context }));
}

/** What a session carries on to the roles that are assumed from it. */
export function carriedContext(
  sourceIdentity: string | undefined,
  transitiveKeys: readonly string[] = [],
): TrustContext {
  return {
    ...(sourceIdentity === undefined ? {} : { [SOURCE_IDENTITY]: sourceIdentity }),
    ...(transitiveKeys.length === 0 ? {} : { [TRANSITIVE_KEYS]: transitiveKeys }),
  };
}

/** The condition keys of a request that brings session tags. */
export function tagContext(tags: Readonly<Record<string, string>>): TrustContext {
  if (noTags(tags)) return {};
  return {
    "aws:TagKeys": Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

function noTags(tags: Readonly<Record<string, string>>): boolean {
  return Object.keys(tags).length === 0;
}
