import type { Config } from "../config/schema.ts";
import type { Holder } from "../credentials/memory.ts";
import { issuersIn } from "./brokers.ts";

/**
 * Says of credentials whether what they came of is gone: their caller's issuer, or one of its name that was another, its
 * app client, guests as such, or their role. Sources go with all that they remember.
 */
export function goneBetween(before: Config, after: Config): (holder: Holder) => boolean {
  const still = new Set(issuersIn(after).map((issuer) => JSON.stringify(issuer)));
  const goneIssuers = new Set(
    issuersIn(before).flatMap((issuer) => (still.has(JSON.stringify(issuer)) ? [] : [issuer.name])),
  );
  const isRoleGone = goneRoles(before, after);
  return (holder) =>
    isRoleGone(holder.role) ||
    (holder.kind === "guest"
      ? after.identity.guests === "deny"
      : goneIssuers.has(holder.issuer) || !acceptsClient(after, holder));
}

function goneRoles(before: Config, after: Config): (role: string) => boolean {
  const roles = rolesIn(after);
  const gone = new Set([...rolesIn(before)].filter((role) => !roles.has(role)));
  // A caller wishes for a role where the identity pool may choose, and nowhere else.
  return (role) => gone.has(role) || (gone.has("pool") && !roles.has(role));
}

/** Of other issuers the audience says so, of which a client is one. */
function acceptsClient({ identity }: Config, { issuer, clientId }: Holder): boolean {
  const pool = identity.userPools.find(({ name }) => name === issuer);
  const accepted = pool?.clientIds ?? identity.issuers.find(({ name }) => name === issuer)?.audience ?? "any";
  return accepted === "any" || accepted.includes(clientId);
}

function rolesIn({ policy }: Config): ReadonlySet<string> {
  const roles = policy.rules.flatMap(({ role }) => role ?? []);
  return new Set(policy.mode === "record" ? [...roles, "pool"] : roles);
}
