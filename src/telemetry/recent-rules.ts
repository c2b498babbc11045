import { SlidingCounts } from "./sliding-counts.ts";

/** How often a rule decided. */
export interface RuleUse {
  readonly permits: number;
  readonly denials: number;
  /** Of those, in the last five minutes. */
  readonly lately: { readonly permits: number; readonly denials: number };
  /** Epoch milliseconds. */
  readonly lastAtMs: number;
}

/** What rules decided. */
export interface RecentRules {
  readonly note: (rule: string, verdict: "permit" | "denial", atMs: number) => void;
  /** By the rule's name; of denials that no rule gave by an empty one. */
  readonly all: (nowMs: number) => ReadonlyMap<string, RuleUse>;
}

interface Tally {
  permits: number;
  denials: number;
  lastAtMs: number;
  readonly lately: SlidingCounts;
}

/** Rules are few, and their names may change with every configuration. */
const MAX_RULES = 1000;

const WINDOWS = { spanMs: 10_000, spans: 30, columns: 2 } as const;

/** Makes an empty memory. */
export function createRecentRules(): RecentRules {
  const tallies = new Map<string, Tally>();
  const tallyOf = (rule: string): Tally | undefined => {
    const known = tallies.get(rule);
    if (known !== undefined || tallies.size >= MAX_RULES) return known;
    const tally: Tally = { permits: 0, denials: 0, lastAtMs: 0, lately: new SlidingCounts(WINDOWS) };
    tallies.set(rule, tally);
    return tally;
  };
  return {
    note: (rule, verdict, atMs) => {
      const tally = tallyOf(rule);
      if (tally === undefined) return;
      tally.lastAtMs = atMs;
      if (verdict === "permit") tally.permits++;
      else tally.denials++;
      tally.lately.add(atMs, verdict === "permit" ? 0 : 1);
    },
    all: (nowMs) => new Map(Array.from(tallies, ([rule, tally]) => [rule, useOf(tally, nowMs)])),
  };
}

function useOf({ permits, denials, lastAtMs, lately }: Tally, nowMs: number): RuleUse {
  const [permitsLately = 0, denialsLately = 0] = lately.sums(nowMs);
  return { permits, denials, lastAtMs, lately: { permits: permitsLately, denials: denialsLately } };
}
