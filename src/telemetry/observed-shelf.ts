import { coverOf, folded } from "../policy/suggest/generalise.ts";

/** What was done with one action, by resource pattern. */
export interface Shelf {
  /** Whether there was room for it. */
  readonly note: (pattern: string, seen: Seen) => boolean;
  /** Forgets all of it. */
  readonly clear: () => void;
  readonly tallies: () => readonly (readonly [pattern: string, tally: Tally])[];
}

/** Once, by somebody. */
export interface Seen {
  /** Tells one caller from another; kept, and never shown. */
  readonly by: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/** How often something was done, when, and by how many: 2 means two or more. */
export interface Tally {
  readonly by: string;
  times: number;
  callers: 1 | 2;
  firstMs: number;
  lastMs: number;
}

/** What is left for all shelves together. */
export interface Room {
  entries: number;
  characters: number;
}

/** Makes an empty shelf for so many patterns. Where a folder holds more than a few names, it stands for them. */
export function createShelf(room: Room, maxPatterns: number): Shelf {
  const tallies = new Map<string, Tally>();
  const take = (pattern: string, { by }: Tally, sign: 1 | -1): void => {
    room.entries -= sign;
    room.characters -= sign * (pattern.length + by.length);
  };
  const add = (pattern: string, tally: Tally): void => {
    const there = tallies.get(pattern);
    if (there !== undefined) return merge(there, tally);
    tallies.set(pattern, tally);
    take(pattern, tally, 1);
  };
  const fold = (): void => {
    const left = new Set(folded([...tallies.keys()]));
    if (left.size === tallies.size) return;
    for (const [pattern, tally] of tallies) {
      if (left.has(pattern)) continue;
      tallies.delete(pattern);
      take(pattern, tally, -1);
      add(coverOf(pattern, left) ?? pattern, tally);
    }
  };
  return {
    note: (pattern, { by, atMs }) => {
      const tally: Tally = { by, times: 1, callers: 1, firstMs: atMs, lastMs: atMs };
      const there = tallies.get(coverOf(pattern, tallies) ?? pattern);
      if (there !== undefined) {
        merge(there, tally);
        return true;
      }
      const full = tallies.size >= maxPatterns || room.entries < 1;
      if (full || room.characters < pattern.length + by.length) return false;
      add(pattern, tally);
      fold();
      return true;
    },
    clear: () => {
      for (const [pattern, tally] of tallies) take(pattern, tally, -1);
      tallies.clear();
    },
    tallies: () => [...tallies],
  };
}

function merge(tally: Tally, { by, times, callers, firstMs, lastMs }: Tally): void {
  if (callers === 2 || by !== tally.by) tally.callers = 2;
  tally.times += times;
  tally.firstMs = Math.min(tally.firstMs, firstMs);
  tally.lastMs = Math.max(tally.lastMs, lastMs);
}
