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

/** Somebody who wants to assume a role with a token of an identity provider. */
export interface WebIdentity {
  /** `cognito-identity.amazonaws.com` or the ARN of an OIDC provider. */
  readonly federated: string;
  /** `<provider>:aud`, `<provider>:sub`, `<provider>:amr`. */
  readonly context: TrustContext;
  readonly tags: Readonly<Record<string, string>>;
}

/** The role of an ARN; undefined when the world has none. */
export function findRole(world: Pick<World, "account" | "roles">, roleArn: string): Role | undefined {
  return world.roles.find((role) => `arn:aws:iam::${world.account}:role/${role.name}` === roleArn);
}

/** Whether a role's trust policy takes a web identity, and its tags if it brings some. */
export function trustsWebIdentity(trusts: Trusts, role: Role, who: WebIdentity): boolean {
  const context = { ...who.context, ...tagContext(who.tags) };
  const allows = (action: string) => trusts(role.trust, { action, federated: who.federated, context });
  return allows("sts:AssumeRoleWithWebIdentity") && (noTags(who.tags) || allows("sts:TagSession"));
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
