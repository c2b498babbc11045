import type { RuleDocument } from "../document.ts";
import { contains, containsAllowed, mayMeet } from "../scope/containment.ts";
import { type Bundle, bundlesOf } from "./bundles.ts";
import { folded } from "./generalise.ts";
import type { Use } from "./use.ts";

/** A rule, and what of it was used: no more than it allows. */
export interface Narrowed {
  readonly rule: RuleDocument;
  readonly bundles: readonly Bundle[];
}

/**
 * Narrows each allow to what was used of it. What lies within one of its patterns stands for itself, whoever calls. Of
 * anything else the patterns are kept that it may have been used by: where it is one caller's claim that made them fit,
 * what they used is nobody else's.
 */
export function narrowed(uses: readonly Use[], rules: readonly RuleDocument[]): readonly Narrowed[] {
  const usesOf = byRule(uses, rules);
  return rules.map((rule) => {
    const bundles = bundlesOf(usesOf(rule), (resources) => [
      ...new Set(folded(resources).flatMap((resource) => placesIn(rule, resource))),
    ]);
    return { rule, bundles };
  });
}

function placesIn({ on = [] }: RuleDocument, resource: string): readonly string[] {
  if (on.some((pattern) => contains(pattern, resource))) return [resource];
  return on.filter((pattern) => mayMeet(pattern, resource));
}

/**
 * Finds what each rule was used for. The first of several rules that decide together is named with all that was asked:
 * what it does not mean itself is for the others, which give the same.
 */
function byRule(
  uses: readonly Use[],
  rules: readonly RuleDocument[],
): (rule: RuleDocument) => readonly Use[] {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const used = new Map(rules.map((rule) => [rule, [] as Use[]]));
  for (const use of uses) {
    const named = byName.get(use.rule ?? "");
    if (named === undefined) continue;
    const { role, credentials } = named;
    const isLike = (rule: RuleDocument) => rule.role === role && rule.credentials === credentials;
    const its = mayMean(named, use) ? [named] : rules.filter((rule) => isLike(rule) && mayMean(rule, use));
    for (const rule of its) used.get(rule)?.push(use);
  }
  return (rule) => used.get(rule) ?? [];
}

function mayMean(rule: RuleDocument, { action, resource }: Use): boolean {
  const isAllowed = rule.allow?.some((pattern) => containsAllowed(pattern, action)) === true;
  return isAllowed && placesIn(rule, resource).length > 0;
}
