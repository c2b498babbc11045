import type { RuleDocument } from "../document.ts";
import { contains, containsAllowed, mayMeet } from "../scope/containment.ts";
import { bundlesOf } from "./bundles.ts";
import { folded } from "./generalise.ts";
import { uniqueName } from "./names.ts";
import { notesOn } from "./notes.ts";
import type { Suggested } from "./suggest.ts";
import type { Use } from "./use.ts";

/** What is known beside the uses. */
export interface NarrowOptions {
  /** The rules by which was decided. */
  readonly rules: readonly RuleDocument[];
  /** The same in the same order as their author wrote them, where what they say may stand for something else. */
  readonly written?: readonly RuleDocument[];
  /** Names that other rules will have. */
  readonly taken?: readonly string[];
}

/**
 * Rules to stand in the place of those that there are: each allow narrowed to what users did by it, with its own callers,
 * conditions and role. Denies are not among them, nor are rules that no user needed.
 *
 * What lies within one of a rule's patterns stands for itself, whoever calls. Of anything else the patterns are kept that
 * it may have been used by: where it is one caller's claim that made them fit, what they used is nobody else's.
 */
export function narrowRules(uses: readonly Use[], options: NarrowOptions): readonly Suggested[] {
  const { rules, written = rules, taken = [] } = options;
  const names = new Set(taken);
  const usesOf = byRule(uses, rules);
  return rules.flatMap((rule, i) => {
    const base = written[i] ?? rule;
    const placesOf = (resources: readonly string[]): readonly string[] => [
      ...new Set(folded(resources).flatMap((resource) => placesIn(rule, resource, base.on))),
    ];
    return bundlesOf(usesOf(rule), placesOf).map((bundle) => ({
      rule: { ...base, name: uniqueName(base.name, names), allow: bundle.actions, on: bundle.resources },
      notes: [
        `In place of "${base.name}": what users did by it. Machines are not recorded.`,
        ...notesOn(bundle),
      ],
    }));
  });
}

/** The resource, or the patterns that may mean it, as they are written. */
function placesIn({ on = [] }: RuleDocument, resource: string, written = on): readonly string[] {
  if (on.some((pattern) => contains(pattern, resource))) return [resource];
  return on.flatMap((pattern, i) => (mayMeet(pattern, resource) ? [written[i] ?? pattern] : []));
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
    const its = mayMean(named, use)
      ? [named]
      : rules.filter((rule) => isLike(rule, named) && isAbout(rule, use) && mayMean(rule, use));
    for (const rule of its) used.get(rule)?.push(use);
  }
  return (rule) => used.get(rule) ?? [];
}

function isLike(rule: RuleDocument, { role, credentials }: RuleDocument): boolean {
  return rule.role === role && rule.credentials === credentials;
}

/** Whether the rule may be about those who did it, as far as is known of them. */
function isAbout({ who = {} }: RuleDocument, { groups, issuer }: Use): boolean {
  const { groups: wanted = groups, issuers = [issuer] } = who;
  return (wanted.length === 0 || wanted.some((group) => groups.includes(group))) && issuers.includes(issuer);
}

function mayMean(rule: RuleDocument, { action, resource }: Use): boolean {
  const isAllowed = rule.allow?.some((pattern) => containsAllowed(pattern, action)) === true;
  return isAllowed && placesIn(rule, resource).length > 0;
}
