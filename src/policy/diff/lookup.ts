import { inOneCase } from "../one-case.ts";
import { literalStart } from "../scope/containment.ts";
import type { Steps } from "./steps.ts";

/**
 * Entries by what their resource patterns begin with, in any case: of thousands only a few have to do with another pattern.
 */
export interface Lookup<T> {
  /** The entries whose pattern may contain one, as they came. */
  readonly around: (resource: string) => readonly T[];
  /** The entries whose pattern, or what is below it, may have something in common with one, as they came. */
  readonly near: (resource: string) => readonly T[];
}

/** An entry and its place. */
type Placed<T> = readonly [place: number, entry: T];

/** Prepares entries to be looked up. Each that is found is a step. */
export function lookupOf<T>(
  entries: readonly T[],
  resourceOf: (entry: T) => string,
  steps: Steps,
): Lookup<T> {
  /** Patterns that match nothing but themselves contain no other. */
  const plain = new Map<string, Placed<T>[]>();
  const wild = new Map<string, Placed<T>[]>();
  for (const [place, entry] of entries.entries()) {
    const resource = inOneCase(resourceOf(entry));
    const start = literalStart(resource);
    const lists = start === resource ? plain : wild;
    const list = lists.get(start) ?? [];
    lists.set(start, list);
    list.push([place, entry]);
  }
  const starts = [...new Set([...plain.keys(), ...wild.keys()])].sort(compare);
  const lengths = [...new Set(starts.map(({ length }) => length))];
  const beginning = (text: string): readonly string[] =>
    lengths.filter((length) => length <= text.length).map((length) => text.slice(0, length));
  const inOrder = (found: readonly (readonly Placed<T>[] | undefined)[]): readonly T[] => {
    const lists = found.filter((list) => list !== undefined);
    const placed = lists.length > 1 ? lists.flat().sort(([a], [b]) => a - b) : (lists[0] ?? []);
    steps.spend(placed.length);
    return placed.map(([, entry]) => entry);
  };
  return {
    around: (written) => {
      const resource = inOneCase(written);
      return inOrder([...beginning(resource).map((start) => wild.get(start)), plain.get(resource)]);
    },
    near: (written) => {
      const start = literalStart(inOneCase(written));
      const shorter = start === "" ? [] : beginning(start.slice(0, -1));
      const found = [...shorter, ...startingWith(start, starts)];
      return inOrder(found.flatMap((one) => [plain.get(one), wild.get(one)]));
    },
  };
}

/** Of sorted texts those that begin with another. */
function startingWith(start: string, sorted: readonly string[]): readonly string[] {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compare(sorted[middle] ?? "", start) < 0) from = middle + 1;
    else to = middle;
  }
  let end = from;
  while (sorted[end]?.startsWith(start) === true) end++;
  return sorted.slice(from, end);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
