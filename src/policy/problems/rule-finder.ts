import type { RuleScope } from "../scope/rule-scope.ts";

/** Given a rule, those that may mean the first part of it: its first callers, on its first resource. One may come twice. */
export type RuleFinder<S extends RuleScope> = (of: RuleScope) => Iterable<S>;

/**
 * Sorts rules by what each must have in common with a rule that it holds: no group or the same, and a beginning of the
 * resource. Of a thousand rules few are left to be compared.
 */
export function compileFinder<S extends RuleScope>(scopes: readonly S[]): RuleFinder<S> {
  const known = new Map<string, Set<S>>();
  for (const scope of scopes)
    for (const key of keysOf(scope)) {
      const before = known.get(key);
      if (before === undefined) known.set(key, new Set([scope]));
      else before.add(scope);
    }
  return function* near({ whoms: [whom], on: [resource] }) {
    const groups = ["", ...(whom?.who.groups?.slice(0, 1) ?? [])];
    const { pattern = "" } = resource ?? {};
    for (let length = 0; length <= pattern.length; length++)
      for (const group of groups) yield* known.get(keyOf(pattern.slice(0, length), group)) ?? [];
  };
}

function keysOf({ whoms, on }: RuleScope): readonly string[] {
  const groups = new Set(whoms.flatMap(({ who }) => who.groups ?? [""]));
  return on.flatMap(({ start }) => [...groups].map((group) => keyOf(start, group)));
}

function keyOf(start: string, group: string): string {
  return `${start}\n${group}`;
}
