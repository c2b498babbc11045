import type { Config } from "../config/schema.ts";
import type { Holder } from "../credentials/memory.ts";
import { issuersIn } from "./brokers.ts";

/**
 * Says of credentials whether what they came of is gone: their caller's issuer, or one of its name that was another, or
 * their role. Sources go with all that they remember.
 */
export function goneBetween(before: Config, after: Config): (holder: Holder) => boolean {
  const still = new Set(issuersIn(after).map((issuer) => JSON.stringify(issuer)));
  const handles = issuersIn(before)
    .filter((issuer) => !still.has(JSON.stringify(issuer)))
    .map(({ name }) => `sub:${name}/`);
  const roles = rolesIn(after);
  const goneRoles = new Set([...rolesIn(before)].filter((role) => !roles.has(role)));
  return (holder) =>
    goneRoles.has(holder.role) ||
    // A caller wishes for a role where the identity pool may choose, and nowhere else.
    (goneRoles.has("pool") && !roles.has(holder.role)) ||
    holder.handles.some((handle) => handles.some((start) => handle.startsWith(start)));
}

function rolesIn({ policy }: Config): ReadonlySet<string> {
  const roles = policy.rules.flatMap(({ role }) => role ?? []);
  return new Set(policy.mode === "record" ? [...roles, "pool"] : roles);
}
