import { loginOf } from "../../credentials/login.ts";
import type { Caller } from "../../domain/caller.ts";
import type { Decision, Permit } from "../../domain/decision.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { SourceTraits } from "../../policy/document.ts";
import { explainRole } from "../../policy/roles.ts";
import type { Findings } from "./findings.ts";
import type { ExplainParts } from "./parts.ts";

/**
 * Tells the role of a permit, and turns away whom its credential source turns away before it asks AWS.
 *
 * @throws Refusal id-token-required, role-not-granted, credentials-refused, internal
 */
export function giveRole(
  { sourceKindOf }: ExplainParts,
  findings: Findings,
  permit: Permit,
  caller: Caller,
): void {
  const { role, source } = permit;
  findings.role = { role, source, why: whyRole(findings.decision, permit, caller) };
  checkSource(sourceKindOf(source), permit, caller);
}

/**
 * Turns away whom a credential source turns away before it asks AWS.
 *
 * @param kind of the permit's source; undefined where there is none
 * @throws Refusal id-token-required, role-not-granted, credentials-refused, internal
 */
function checkSource(kind: SourceTraits["kind"] | undefined, { role, source }: Permit, caller: Caller): void {
  const isGuest = caller.kind === "guest";
  if (kind === undefined) throw new Refusal("internal", { detail: `no credential source ${source}` });
  if (kind === "assume-role") {
    if (isGuest) throw new Refusal("credentials-refused", { detail: "no role is assumed for guests" });
  } else if (kind === "identity-pool" && isGuest) {
    if (role !== "pool")
      throw new Refusal("role-not-granted", {
        detail: "guests get the role that the identity pool has for them",
      });
  } else loginOf(caller);
}

/** Why a caller gets the role of a permit, in words. What an identity pool's own role mapping says is not known here. */
function whyRole(ruled: Decision | undefined, { role, recorded }: Permit, caller: Caller): string {
  if (ruled?.verdict === "permit" && ruled.role !== role)
    return "X-Postern-Role asks for it, and the token grants it";
  if (recorded === true) return "no rule allows this; it is let through to be recorded";
  if (role !== "pool") return "the rule names it";
  if (caller.kind === "guest") return "the identity pool has one role for guests";
  const { roles, preferredRole } = caller;
  const answer = explainRole({
    mapping: { type: "Token", ambiguousRoleResolution: "Deny" },
    claims: { "cognito:roles": roles, "cognito:preferred_role": preferredRole },
  });
  return "roleArn" in answer
    ? `the identity pool chooses it; the token speaks for ${answer.roleArn}: ${answer.why}`
    : "the identity pool chooses it; the token prefers none";
}
