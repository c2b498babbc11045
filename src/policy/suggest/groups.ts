import { getOrAdd } from "../../domain/get-or-add.ts";
import { coverOf, folded } from "./generalise.ts";
import type { Use } from "./use.ts";

/** What is allowed to a group, or to every user. */
export interface Given {
  /** Undefined: every signed-in user. */
  readonly group: string | undefined;
  readonly uses: readonly Use[];
  /** Those of them that another group of the same callers might be the reason for. */
  readonly guessed: ReadonlySet<Use>;
}

/** Patterns by action. */
type Places = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds whom to allow what was seen. What users without a group did is for every user. What users of one group did is for
 * that group. What users of several did is for the one of them that alone was seen doing it, or else for the rarest.
 */
export function attribute(uses: readonly Use[]): readonly Given[] {
  const rarity = rarityIn(uses);
  const everybodys = placesOf(uses.filter(({ groups }) => groups.length === 0));
  const alone = placesAlone(uses);
  const given = new Map<string | undefined, { uses: Use[]; guessed: Set<Use> }>();
  for (const use of uses) {
    const candidates = use.groups.toSorted((one, other) => rarity(one) - rarity(other));
    const proven = candidates.find((group) => includes(alone.get(group), use));
    const group = includes(everybodys, use) ? undefined : (proven ?? candidates[0]);
    const to = getOrAdd(given, group, () => ({ uses: [], guessed: new Set<Use>() }));
    to.uses.push(use);
    if (group !== proven && candidates.length > 1) to.guessed.add(use);
  }
  return [...given]
    .map(([group, its]) => ({ group, ...its }))
    .sort((one, other) => ((one.group ?? "") < (other.group ?? "") ? -1 : 1));
}

/** Puts groups in order. Rare is one that few sets of groups have in them, and of those the one that was seen least. */
function rarityIn(uses: readonly Use[]): (group: string) => number {
  const seen = new Map<string, { readonly sets: Set<string>; times: number }>();
  for (const { groups, times } of uses) {
    for (const group of groups) {
      const one = getOrAdd(seen, group, () => ({ sets: new Set<string>(), times: 0 }));
      one.sets.add(JSON.stringify(groups));
      one.times += times;
    }
  }
  const rarestFirst = [...seen].sort(
    ([one, a], [other, b]) => a.sets.size - b.sets.size || a.times - b.times || (one < other ? -1 : 1),
  );
  const places = new Map(rarestFirst.map(([group], i) => [group, i]));
  return (group) => places.get(group) ?? 0;
}

/** Of each group what its users did who are in no other. */
function placesAlone(uses: readonly Use[]): ReadonlyMap<string, Places> {
  const its = new Map<string, Use[]>();
  for (const use of uses) {
    const [group, another] = use.groups;
    if (group !== undefined && another === undefined) getOrAdd(its, group, (): Use[] => []).push(use);
  }
  return new Map([...its].map(([group, those]) => [group, placesOf(those)]));
}

function placesOf(uses: readonly Use[]): Places {
  const resources = new Map<string, string[]>();
  for (const { action, resource } of uses) getOrAdd(resources, action, (): string[] => []).push(resource);
  return new Map([...resources].map(([action, patterns]) => [action, new Set(folded(patterns))]));
}

function includes(places: Places | undefined, { action, resource }: Use): boolean {
  const patterns = places?.get(action);
  return patterns !== undefined && coverOf(resource, patterns) !== undefined;
}
