import type { Problem, RuleDocument } from "../document.ts";

/** Finds rules that say, under another name, just what an earlier one says. */
export function duplicates(rules: readonly RuleDocument[]): readonly Problem[] {
  const firsts = new Map<string, string>();
  return rules.flatMap((rule, index) => {
    const said = meaningOf(rule);
    const first = firsts.get(said);
    if (first === undefined) firsts.set(said, rule.name);
    return first === undefined ? [] : [{ path: [index], message: `it says just what "${first}" says` }];
  });
}

/** Of lists the order means nothing, but in a session policy, which is AWS's to read. */
function meaningOf(rule: RuleDocument): string {
  return JSON.stringify([inOrder({ ...rule, name: "", sessionPolicy: undefined }), rule.sessionPolicy]);
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => JSON.stringify(inOrder(entry))).sort();
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return entries
    .map(([key, entry]) => [key, inOrder(entry)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
