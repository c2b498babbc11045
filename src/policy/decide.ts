import type { Caller } from "../domain/caller.ts";
import type { Decision, Denial } from "../domain/decision.ts";
import type { Operation, Requirement } from "../domain/operation.ts";
import { pairOf, permitOf, type Policy, type Rule } from "./compile.ts";
import { matchesResource } from "./template.ts";

/**
 * Decides one operation of one caller.
 *
 * A deny that matches any requirement wins. Otherwise the candidates are the pairs of credential source and role of
 * the allows that match, in file order, and the first pair wins with which every requirement is allowed.
 */
export function decide(policy: Policy, caller: Caller, operation: Operation): Decision {
  const { requirements } = operation;
  for (const requirement of requirements) {
    const deny = policy.candidates(requirement).denies.find((rule) => denies(rule, caller, requirement));
    if (deny !== undefined) {
      return { verdict: "denial", reason: "denied-by-rule", rule: deny.name, detail: wording(requirement) };
    }
  }
  const [first] = requirements;
  if (first === undefined) return { verdict: "denial", reason: "denied-no-rule", detail: "nothing is asked" };
  return requirements.length === 1
    ? decideOne(policy, caller, first)
    : decideAll(policy, caller, requirements);
}

function decideOne(policy: Policy, caller: Caller, requirement: Requirement): Decision {
  const rule = policy
    .candidates(requirement)
    .allows.find((rule) => allows(rule, caller, requirement) === true);
  return rule === undefined ? noRule(policy, caller, requirement) : permitOf(rule);
}

function decideAll(policy: Policy, caller: Caller, requirements: readonly Requirement[]): Decision {
  const matching: (readonly Rule[])[] = [];
  for (const requirement of requirements) {
    const rules = policy
      .candidates(requirement)
      .allows.filter((rule) => allows(rule, caller, requirement) === true);
    if (rules.length === 0) return noRule(policy, caller, requirement);
    matching.push(rules);
  }
  const inOrder = [...new Set(matching.flat())].sort((a, b) => a.order - b.order);
  const sets = matching.map((rules) => new Set(rules.map(pairOf)));
  const chosen = inOrder.find((rule) => sets.every((pairs) => pairs.has(pairOf(rule))));
  if (chosen !== undefined) return permitOf(chosen);
  const names = inOrder.map((rule) => rule.name).join(", ");
  return {
    verdict: "denial",
    reason: "roles-disagree",
    rule: names,
    detail: "no role is common to all requirements",
  };
}

function allows(rule: Rule, caller: Caller, { resource }: Requirement): boolean | "unusable" {
  if (!rule.who(caller)) return false;
  let answer: boolean | "unusable" = false;
  for (const template of rule.on) {
    const matched = matchesResource(template, caller, resource);
    if (matched === true) return true;
    if (matched === "unusable") answer = matched;
  }
  return answer;
}

/** A claim that cannot be filled in might have matched, so it does. */
function denies(rule: Rule, caller: Caller, requirement: Requirement): boolean {
  return allows(rule, caller, requirement) !== false;
}

function noRule(policy: Policy, caller: Caller, requirement: Requirement): Denial {
  const { allows: rules } = policy.candidates(requirement);
  const unusable = rules.find((rule) => allows(rule, caller, requirement) === "unusable");
  return unusable === undefined
    ? { verdict: "denial", reason: "denied-no-rule", detail: wording(requirement) }
    : { verdict: "denial", reason: "claim-unusable", rule: unusable.name, detail: wording(requirement) };
}

function wording({ action, resource }: Requirement): string {
  return `${action} on ${resource}`;
}
