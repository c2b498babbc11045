import type { Problem, RuleDocument } from "../document.ts";

/** Where a rule has conditions on a key, from the rule down. IAM compares keys without regard to case. */
export function conditionsOn(key: string, rule: RuleDocument | undefined): readonly Problem["path"][] {
  return Object.entries(rule?.when ?? {}).flatMap(([operator, keys]) =>
    Object.keys(keys)
      .filter((one) => one.toLowerCase() === key.toLowerCase())
      .map((one) => ["when", operator, one]),
  );
}
