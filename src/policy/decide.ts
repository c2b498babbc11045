import type { Caller } from "../domain/caller.ts";
import type { Decision, Denial } from "../domain/decision.ts";
import type { Operation, Requirement } from "../domain/operation.ts";
import { pairOf, permitOf, type Policy, type Rule } from "./compile.ts";
import { matches } from "./pattern.ts";

/** What a rule says of a resource for one caller: it is meant, it is not, or a claim that must say so cannot be used. */
type Reading = "meant" | "other" | "unusable";

/** A rule's resource patterns for the caller that is decided on; undefined where the rule is not about that caller. */
type PatternsOf = (rule: Rule) => ReturnType<Rule["on"]> | undefined;

/**
 * Decides one operation of one caller.
 *
 * A deny that matches any requirement wins. Otherwise the candidates are the pairs of credential source and role of
 * the allows that match, in file order, and the first pair wins with which every requirement is allowed.
 */
export function decide(policy: Policy, caller: Caller, { requirements }: Operation): Decision {
  const [first, ...others] = requirements;
  if (first === undefined) return { verdict: "denial", reason: "denied-no-rule", detail: "nothing is asked" };
  const patternsOf = others.length === 0 ? patternsFor(caller) : remembering(patternsFor(caller));
  for (const requirement of requirements) {
    const deny = policy.candidates(requirement).denies.find((rule) => denies(rule, requirement, patternsOf));
    if (deny !== undefined) return denial("denied-by-rule", requirement, deny.name);
  }
  return others.length === 0
    ? decideOne(policy, first, patternsOf)
    : decideAll(policy, requirements, patternsOf);
}

function decideOne(policy: Policy, requirement: Requirement, patternsOf: PatternsOf): Decision {
  const { allows } = policy.candidates(requirement);
  const rule = allows.find((rule) => read(rule, requirement.resource, patternsOf) === "meant");
  return rule === undefined ? noRule(allows, requirement, patternsOf) : permitOf(rule);
}

function decideAll(policy: Policy, requirements: readonly Requirement[], patternsOf: PatternsOf): Decision {
  const matching = new Set<Rule>();
  let common: ReadonlySet<string> | undefined;
  for (const requirement of requirements) {
    const { allows } = policy.candidates(requirement);
    const rules = allows.filter((rule) => read(rule, requirement.resource, patternsOf) === "meant");
    if (rules.length === 0) return noRule(allows, requirement, patternsOf);
    for (const rule of rules) matching.add(rule);
    const pairs = rules.map(pairOf);
    const before = common;
    common = new Set(before === undefined ? pairs : pairs.filter((pair) => before.has(pair)));
  }
  const inOrder = [...matching].sort((a, b) => a.order - b.order);
  const chosen = inOrder.find((rule) => common?.has(pairOf(rule)));
  if (chosen !== undefined) return permitOf(chosen);
  return {
    verdict: "denial",
    reason: "roles-disagree",
    rule: inOrder.map(({ name }) => name).join(", "),
    detail: "no role is common to all requirements",
  };
}

/** A claim that cannot be used might have matched, so in a deny it does. */
function denies(rule: Rule, { resource, within = [] }: Requirement, patternsOf: PatternsOf): boolean {
  return [resource, ...within].some((one) => read(rule, one, patternsOf) !== "other");
}

function read(rule: Rule, resource: string, patternsOf: PatternsOf): Reading {
  const patterns = patternsOf(rule);
  if (patterns === undefined) return "other";
  if (patterns.some((pattern) => pattern !== undefined && matches(pattern, resource))) return "meant";
  return patterns.includes(undefined) ? "unusable" : "other";
}

function patternsFor(caller: Caller): PatternsOf {
  return (rule) => (rule.who(caller) ? rule.on(caller) : undefined);
}

/** An operation may have a thousand requirements, and the same rules are read for each. */
function remembering(patternsOf: PatternsOf): PatternsOf {
  const known = new Map<Rule, ReturnType<PatternsOf>>();
  return (rule) => {
    if (!known.has(rule)) known.set(rule, patternsOf(rule));
    return known.get(rule);
  };
}

function noRule(allows: readonly Rule[], requirement: Requirement, patternsOf: PatternsOf): Denial {
  const unusable = allows.find((rule) => read(rule, requirement.resource, patternsOf) === "unusable");
  return unusable === undefined
    ? denial("denied-no-rule", requirement)
    : denial("claim-unusable", requirement, unusable.name);
}

function denial(reason: Denial["reason"], { action, resource }: Requirement, rule?: string): Denial {
  return {
    verdict: "denial",
    reason,
    ...(rule !== undefined && { rule }),
    detail: `${action} on ${resource}`,
  };
}
