import { openActionBook } from "./action-book.ts";
import { idleActions } from "./action-problems.ts";
import type { Problem, RuleDocument } from "../document.ts";
import { duplicates } from "./duplicates.ts";
import { handedOut } from "./handed-out.ts";
import { type CallerNames, nobody } from "./nobody.ts";
import { compileResourceCheck } from "./resource-problems.ts";
import { liveSiblings } from "./siblings.ts";
import { wideDenies } from "./unknown-resources.ts";
import { type ReachNames, unreachable } from "./unreachable.ts";
import { type ClaimNames, writableClaims } from "./writable-claims.ts";

/** What {@link warningsOf} needs besides the rules. */
export interface LintNames extends ReachNames, ClaimNames, CallerNames {}

/** Finds what can be meant and hardly is, or hardly should be. The rules must be free of problems (`problemsOf`). */
export function warningsOf(rules: readonly RuleDocument[], names: LintNames): readonly Problem[] {
  const book = openActionBook(names.actions);
  const resources = compileResourceCheck(book, names);
  const twice = duplicates(rules);
  const told = new Set(twice.map(({ path: [index] }) => index));
  const one = (rule: RuleDocument): Problem[] => [
    ...nobody(rule, names),
    ...idleActions(rule, book, names),
    ...(rule.deny === undefined ? [] : resources.strayPatterns(rule)),
    ...resources.strayActions(rule),
    ...wideDenies(rule, book),
    ...handedOut(rule, names),
  ];
  return [
    ...writableClaims(rules, names),
    ...rules.flatMap((rule, index) =>
      one(rule).map(({ path, message }) => ({ path: [index, ...path], message })),
    ),
    ...twice,
    ...unreachable(rules, names).filter(({ path: [index] }) => !told.has(index)),
    ...liveSiblings(rules, book, names.issuers),
  ];
}
