import type { Caller } from "../domain/caller.ts";
import type { Decision, Denial } from "../domain/decision.ts";
import type { Operation, Requirement } from "../domain/operation.ts";
import type { RequestContext } from "../domain/request-context.ts";
import type { Policy } from "./compile.ts";
import type { Allow } from "./grant.ts";
import { matches } from "./pattern.ts";
import type { Rule } from "./rule.ts";

/** What a rule says of a resource for one caller: it is meant, it is not, or a claim that must say so cannot be used. */
type Reading = "meant" | "other" | "unusable";

/** A rule's resource patterns for the caller that is decided on; undefined where the rule is not about that caller. */
type PatternsOf = (rule: Rule) => ReturnType<Rule["on"]> | undefined;

/** Who asks, and by which policy that is decided. */
interface Case {
  readonly policy: Policy;
  readonly caller: Caller;
  readonly upstream: string;
  readonly patternsOf: PatternsOf;
}

/**
 * Decides one operation of one caller.
 *
 * A deny that matches any requirement wins. Otherwise the candidates are the credential source, role and session
 * settings of the allows that match, in file order, and the first wins with which every requirement is allowed. An
 * allow whose role session cannot be made for the caller gives nothing.
 */
export function decide(
  policy: Policy,
  caller: Caller,
  { requirements, upstream }: Operation,
  context: RequestContext,
): Decision {
  const [first] = requirements;
  if (first === undefined) return { verdict: "denial", reason: "denied-no-rule", detail: "nothing is asked" };
  const patternsOf = patternsFor(caller);
  return requirements.length === 1
    ? decideOne({ policy, caller, upstream, patternsOf }, first)
    : decideAll({ policy, caller, upstream, patternsOf: remembering(patternsOf) }, requirements);
}

function decideOne({ policy, caller, upstream, patternsOf }: Case, requirement: Requirement): Decision {
  const { denies, allows } = policy.candidates(requirement);
  const denied = denialBy(denies, requirement, patternsOf);
  if (denied !== undefined) return denied;
  let without: Denial | undefined;
  for (const rule of allows) {
    if (read(rule, requirement.resource, patternsOf) !== "meant") continue;
    const leave = rule.grantOn(upstream).leave(caller);
    if (leave.verdict === "permit") return leave;
    without ??= leave;
  }
  return without ?? noRule(allows, requirement, patternsOf);
}

function decideAll(
  { policy, caller, upstream, patternsOf }: Case,
  requirements: readonly Requirement[],
): Decision {
  for (const requirement of requirements) {
    const denied = denialBy(policy.candidates(requirement).denies, requirement, patternsOf);
    if (denied !== undefined) return denied;
  }
  const matching = new Set<Allow>();
  let common: Map<string, Set<Allow>> | undefined;
  for (const requirement of requirements) {
    const { allows } = policy.candidates(requirement);
    const rules = allows.filter((rule) => read(rule, requirement.resource, patternsOf) === "meant");
    if (rules.length === 0) return noRule(allows, requirement, patternsOf);
    for (const rule of rules) matching.add(rule);
    common = inCommon(common, firstOfEach(rules, upstream));
  }
  let without: Denial | undefined;
  for (const rules of inFileOrder(common?.values() ?? [])) {
    const leave = policy.together(rules, upstream)(caller);
    if (leave.verdict === "permit") return leave;
    without ??= leave;
  }
  return without ?? disagreement(matching);
}

/** The first rule of each candidate: it is the one that decides. */
function firstOfEach(rules: readonly Allow[], upstream: string): ReadonlyMap<string, Allow> {
  return new Map(rules.toReversed().map((rule) => [rule.grantOn(upstream).candidate, rule]));
}

/** The candidates that are left with one more requirement, each with all the rules that decide for it. */
function inCommon(
  before: ReadonlyMap<string, Set<Allow>> | undefined,
  firsts: ReadonlyMap<string, Allow>,
): Map<string, Set<Allow>> {
  const common = new Map<string, Set<Allow>>();
  for (const [candidate, rule] of firsts) {
    const rules = before === undefined ? new Set<Allow>() : before.get(candidate);
    if (rules !== undefined) common.set(candidate, rules.add(rule));
  }
  return common;
}

function inFileOrder(candidates: Iterable<ReadonlySet<Allow>>): readonly [Allow, ...Allow[]][] {
  return [...candidates]
    .map((rules) => [...rules].sort((a, b) => a.order - b.order) as [Allow, ...Allow[]])
    .sort(([a], [b]) => a.order - b.order);
}

function disagreement(matching: ReadonlySet<Allow>): Denial {
  const inOrder = [...matching].sort((a, b) => a.order - b.order);
  return {
    verdict: "denial",
    reason: "roles-disagree",
    rule: inOrder.map(({ name }) => name).join(", "),
    detail: "no role is common to all requirements",
  };
}

function denialBy(
  denies: readonly Rule[],
  requirement: Requirement,
  patternsOf: PatternsOf,
): Denial | undefined {
  const deny = denies.find((rule) => isDenied(rule, requirement, patternsOf));
  return deny && denial("denied-by-rule", requirement, deny.name);
}

/** A claim that cannot be used might have matched, so in a deny it does. */
function isDenied(rule: Rule, { resource, within = [] }: Requirement, patternsOf: PatternsOf): boolean {
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
