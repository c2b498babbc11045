import type { PolicyNames, Problem, RuleDocument } from "../document.ts";
import { compileFinder, type RuleFinder } from "./rule-finder.ts";
import { holdsStart, type RuleScope, scopeOf, wholeOf } from "../scope/rule-scope.ts";
import { claimsIn } from "../template.ts";

/** What {@link unreachable} needs besides the rules. */
export interface ReachNames extends PolicyNames {
  /** Whether rules were left out of the list, since they cannot be read. */
  readonly moreRules?: boolean | undefined;
}

/** An allow with what it gives, so that it can be compared. */
interface Given extends RuleScope {
  /** Source, role and session settings, on each upstream that has a source of its own and on all others. */
  readonly candidates: readonly string[];
  readonly key: string;
}

/**
 * Finds allows that never decide: without one of them every caller is permitted just what was permitted before, in the
 * same role. Not every such rule is found.
 *
 * What record mode lets through is not looked at.
 */
export function unreachable(rules: readonly RuleDocument[], names: ReachNames): readonly Problem[] {
  const scopes = rules.map((rule, index) => scopeOf(rule, index, names.issuers));
  const denies = scopes.filter(({ side }) => side === "deny");
  const allows = scopes.filter(({ side }) => side === "allow").map((scope) => givenBy(scope, names));
  const parts: Parts = {
    names,
    denies,
    allows,
    deniesNear: compileFinder(denies),
    allowsNear: compileFinder(allows),
    mayFail: failingIn(rules, names),
    givers: countOf(allows.flatMap(({ candidates }) => [...new Set(candidates)])),
  };
  return allows.flatMap((allow) => {
    const message = deniedWhole(allow, parts) ?? givenBefore(allow, parts) ?? givenOtherwise(allow, parts);
    return message === undefined ? [] : [{ path: [allow.index], message }];
  });
}

/** The policy, with what finds rules in it. */
interface Parts {
  readonly names: ReachNames;
  readonly denies: readonly RuleScope[];
  readonly allows: readonly Given[];
  readonly deniesNear: RuleFinder<RuleScope>;
  readonly allowsNear: RuleFinder<Given>;
  readonly mayFail: (giver: Given) => boolean;
  /** How many rules give a candidate. */
  readonly givers: ReadonlyMap<string, number>;
}

function deniedWhole(allow: Given, { denies, deniesNear }: Parts): string | undefined {
  const isUseful = (deny: RuleScope): boolean => isConditionMet(deny, allow);
  if (!hasStart(allow, deniesNear(allow), isUseful)) return undefined;
  const by = takersOf(allow, denies.filter(isUseful));
  return by && `it never allows anything: ${by} already ${count(by, "denies", "deny")} all of it`;
}

/** The same candidate: the earlier rule is the first of it with all that a request needs. */
function givenBefore(allow: Given, { allows, allowsNear, mayFail }: Parts): string | undefined {
  const isUseful = (giver: Given): boolean =>
    giver.key === allow.key && isBefore(giver, allow) && !mayFail(giver);
  if (!hasStart(allow, allowsNear(allow), isUseful)) return undefined;
  const by = takersOf(allow, allows.filter(isUseful));
  return (
    by && `it is never reached: ${by} already ${count(by, "gives", "give")} all of it, with the same role`
  );
}

/** Another candidate: it comes first, and nothing else gives what this rule gives, so that no request needs both. */
function givenOtherwise(allow: Given, { allows, allowsNear, names, givers }: Parts): string | undefined {
  if (names.moreRules === true || !allow.candidates.every((one) => givers.get(one) === 1)) return undefined;
  const isUseful = (giver: Given): boolean => isBefore(giver, allow) && isSure(giver, names);
  const near = [...allowsNear(allow)].filter((giver) => isUseful(giver) && holdsStart(giver, allow));
  for (const key of new Set(near.map((giver) => giver.key))) {
    const by = takersOf(
      allow,
      allows.filter((giver) => giver.key === key && isUseful(giver)),
    );
    if (by !== undefined)
      return `it is never reached: ${by} ${count(by, "comes", "come")} first with another role, and no other rule gives this one`;
  }
  return undefined;
}

/** Whether there is a rule with which it is worth to begin. */
function hasStart<S extends RuleScope>(
  allow: Given,
  near: Iterable<S>,
  isUseful: (one: S) => boolean,
): boolean {
  for (const one of near) if (isUseful(one) && holdsStart(one, allow)) return true;
  return false;
}

function isBefore(giver: Given, allow: Given): boolean {
  return giver.index < allow.index && isConditionMet(giver, allow);
}

/** The rules that together mean all that an allow means, in words; undefined where something is left. */
function takersOf(allow: RuleScope, others: readonly RuleScope[]): string | undefined {
  const left = wholeOf(allow);
  const takers: string[] = [];
  for (const other of others) {
    if (left.take(other)) takers.push(`"${other.rule.name}"`);
    if (takers.length > 0 && left.isEmpty()) return takers.join(", ");
  }
  return undefined;
}

function count(names: string, one: string, many: string): string {
  return names.includes('", "') ? many : one;
}

/** Whether a rule's conditions hold wherever those of an allow do. */
function isConditionMet({ side, conditions }: RuleScope, allow: RuleScope): boolean {
  if (conditions !== "") return conditions === allow.conditions;
  return side === "deny" || !allow.mayNameGuarded;
}

function givenBy(scope: RuleScope, names: PolicyNames): Given {
  const { role, credentials, sessionName, sessionDuration, sessionPolicy } = scope.rule;
  const sources = [...names.upstreamSources.values(), names.defaultSource].map(
    (usual) => credentials ?? usual,
  );
  const candidates = sources.map((source) =>
    JSON.stringify([source, role, sessionName, sessionDuration, sessionPolicy]),
  );
  return { ...scope, candidates, key: candidates.join("\n") };
}

/** Whether a permit of this allow is always one: no source of it makes role sessions, which a caller may lack claims for. */
function isSure({ rule }: Given, { sources, upstreamSources, defaultSource }: PolicyNames): boolean {
  return [...upstreamSources.values(), defaultSource]
    .map((usual) => sources.get(rule.credentials ?? usual ?? ""))
    .every((source) => source?.kind === "identity-pool");
}

/**
 * Whether a session that an allow gives may fail where one of a smaller allow of the same candidate does not: that is so
 * of session policies that are made from the rules, as long as claims make them.
 */
function failingIn(rules: readonly RuleDocument[], names: PolicyNames): (giver: Given) => boolean {
  const isDenyVariable = rules.some((rule) => rule.deny !== undefined && hasClaims(rule));
  const { sources, upstreamSources, defaultSource } = names;
  return ({ rule }) => {
    if (rule.sessionPolicy !== undefined || !(isDenyVariable || hasClaims(rule))) return false;
    const met = [...upstreamSources.values(), defaultSource].map((usual) => rule.credentials ?? usual ?? "");
    return met.some((source) => sources.get(source)?.plan?.downscope === true);
  };
}

function hasClaims({ on = [], when = {} }: RuleDocument): boolean {
  const values = Object.values(when).flatMap((keys) => Object.values(keys).flat());
  return [...on, ...values].some((text) => typeof text === "string" && claimsIn(text).length > 0);
}

function countOf(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
