import type { RuleDocument } from "../document.ts";
import { matchesAction } from "../pattern.ts";
import { contains } from "../scope/containment.ts";
import type { Cell } from "./cell.ts";
import { type Counted, OF_S3 } from "./region.ts";

/**
 * Whether a deny that holds wherever another does takes no key for absent that is unknown to the other: it is about nothing
 * itself that the other is about only by what that counts as, is a part of or may reach (`asDenied`).
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
  // What is asked of S3 is a part of a bucket only where it counts as something else.
  const mayBePart = its.length > 0 || !(OF_S3.test(resource) || action.toLowerCase().startsWith("s3:"));
  const { on = ANYTHING } = rule;
  const isOn = (one: string): boolean => on.some((pattern) => contains(pattern, one));
  return !mayBePart || (wide.rule.on ?? ANYTHING).every(isOn);
}

const ANYTHING: readonly string[] = ["*"];

function names({ deny = [] }: RuleDocument, action: string): boolean {
  return deny.some((pattern) => matchesAction(pattern, action));
}
