import type { RuleDocument } from "../document.ts";
import { matchesAction, meetsAction } from "../pattern.ts";
import { contains, mayMeet } from "../scope/containment.ts";
import type { Cell } from "./cell.ts";
import type { Counted } from "./region.ts";

/**
 * Whether a deny that holds wherever another does takes no key for absent that is unknown to the other: it is about nothing
 * itself that the other is about only by what that counts as, or is a part of (`asDenied`).
 */
export function seesNoMore(
  wide: Cell,
  { rule, action, resource }: Cell,
  counted: readonly Counted[],
): boolean {
  if (wide.conditions.keys.length === 0) return true;
  const its = counted.filter(
    ([asked, covered]) =>
      names(wide.rule, asked) && (matchesAction(action, asked) || matchesAction(action, covered)),
  );
  if (!its.every(([asked]) => names(rule, asked))) return false;
  // What is asked of DynamoDB may be a part of a table, and else what counts as something else a part of a bucket.
  const mayBePart =
    its.length > 0 || (meetsAction(action, "dynamodb:*") && mayMeet(resource, "arn:*:dynamodb:*"));
  const { on = ANYTHING } = rule;
  const isOn = (one: string): boolean => on.some((pattern) => contains(pattern, one));
  return !mayBePart || (wide.rule.on ?? ANYTHING).every(isOn);
}

const ANYTHING: readonly string[] = ["*"];

function names({ deny = [] }: RuleDocument, action: string): boolean {
  return deny.some((pattern) => matchesAction(pattern, action));
}
