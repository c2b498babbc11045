import type { Caller } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";

/**
 * Where a rule leaves the role to the identity pool, the caller may name one of those that its token grants; anywhere
 * else the wish would widen what the rule narrowed, and is refused.
 *
 * @throws Refusal role-not-granted
 */
export function withWish(headers: Headers, permit: Permit, caller: Caller): Permit {
  const role = headers.get("x-postern-role");
  if (role === undefined) return permit;
  if (permit.recorded === true)
    throw new Refusal("role-not-granted", { detail: "a wish for a role, where no rule decides" });
  if (permit.role !== "pool") throw new Refusal("role-not-granted", { detail: "the rule names the role" });
  if (!caller.roles.includes(role))
    throw new Refusal("role-not-granted", { detail: "the token does not grant that role" });
  return { ...permit, role };
}
