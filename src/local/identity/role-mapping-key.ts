import type { World } from "../world.ts";

/** Providers that AWS knows by name, so that nobody tells IAM of them. Only those that give out ID tokens. */
const BUILT_IN: ReadonlySet<string> = new Set(["accounts.google.com", "appleid.apple.com"]);

/**
 * The key of `roleMappings` for an OIDC provider: its ARN, or the name of one that AWS knows by itself.
 *
 * Source: SetIdentityPoolRoles, `RoleMappings`.
 */
export function roleMappingKey(world: Pick<World, "account">, provider: string): string {
  return BUILT_IN.has(provider) ? provider : providerArn(world, provider);
}

/** The ARN of an OIDC provider of IAM. */
export function providerArn({ account }: Pick<World, "account">, provider: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${provider}`;
}
