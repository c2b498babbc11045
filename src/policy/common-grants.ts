import type { Allow } from "./grant.ts";
import { allows } from "./meaning.ts";
import type { Standing } from "./standing.ts";
import type { Asked } from "./conditions/when.ts";

/** Allows that give the same and decide together, in file order. */
export type Together = readonly [Allow, ...Allow[]];

/** For whom and where grants are compared. */
export interface Place extends Standing {
  readonly upstream: string;
}

/** Candidates, each with the rules that decide for it: of each requirement the first. */
type Common = ReadonlyMap<string, Set<Allow>>;

/** The allows that may mean what is asked, in file order. */
export function allowsFor({ view }: Standing, { requirement }: Asked): readonly Allow[] {
  return view.candidates(requirement).allows(requirement.resource);
}

/** The rules that give the same and are the first of each requirement, so that no candidate comes before theirs. */
export function sameGrant(firsts: readonly Allow[], { upstream }: Place): Together | undefined {
  const candidates = new Set(firsts.map((rule) => rule.grantOn(upstream).candidate));
  return candidates.size === 1 ? inFileOrder(new Set(firsts)) : undefined;
}

/** For every candidate with which all is allowed the rules that decide for it, the first in the file first. */
export function commonGrants(place: Place, all: readonly Asked[]): readonly Together[] {
  let common: Common | undefined;
  for (const asked of all) {
    common = inCommon(common, place, asked);
    if (common.size === 0) return [];
  }
  return [...(common?.values() ?? [])].map(inFileOrder).sort(([a], [b]) => a.order - b.order);
}

/** Every rule that allows any of it, in file order. */
export function allMatching(place: Place, all: readonly Asked[]): readonly Allow[] {
  const matching = all.flatMap((asked) =>
    allowsFor(place, asked).filter((rule) => allows(rule, asked, place.row)),
  );
  return inFileOrder(new Set(matching));
}

/** The candidates that are left with one more requirement. */
function inCommon(before: Common | undefined, place: Place, asked: Asked): Common {
  const common = new Map<string, Set<Allow>>();
  for (const rule of allowsFor(place, asked)) {
    if (common.size === before?.size) break;
    const { candidate } = rule.grantOn(place.upstream);
    const rules = before === undefined ? new Set<Allow>() : before.get(candidate);
    if (rules === undefined || common.has(candidate) || !allows(rule, asked, place.row)) continue;
    common.set(candidate, rules.add(rule));
  }
  return common;
}

/** There is no candidate without a rule. */
function inFileOrder(rules: ReadonlySet<Allow>): Together {
  return [...rules].sort((a, b) => a.order - b.order) as [Allow, ...Allow[]];
}
