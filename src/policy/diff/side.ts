import {
  areLooser,
  type Cell,
  type Cells,
  cellsOf,
  type GivingNames,
  isBarWithin,
  type Grant,
  isGrantWithin,
} from "./cell.ts";
import { type Lookup, lookupOf } from "./lookup.ts";
import { type Counted, meeting } from "./region.ts";
import type { RuleDocument } from "../document.ts";
import { seesNoMore } from "./sees-no-more.ts";
import type { Steps } from "./steps.ts";

/** Rules without problems, and what they refer to. */
export interface PolicySide {
  readonly rules: readonly RuleDocument[];
  readonly names: GivingNames;
}

/** A policy as cells, and which of them mean all that a cell of another policy means. */
export interface Side extends Cells {
  readonly grantsBy: Lookup<Grant>;
  readonly barsBy: Lookup<Cell>;
  /** How many rules there are. */
  readonly length: number;
  /** An allow that gives the same wherever another does. */
  readonly coverOf: (grant: Grant) => Grant | undefined;
  /** What is given by the allows that meet another. */
  readonly keysMet: (grant: Grant) => ReadonlySet<string>;
  /** Whether a deny holds wherever another does. */
  readonly hasBar: (bar: Cell) => boolean;
}

/** Prepares one side of a comparison. */
export function sideOf({ rules, names }: PolicySide, counted: readonly Counted[], steps: Steps): Side {
  const { grants, bars } = cellsOf(rules, names);
  const grantsBy = lookupOf(grants, ({ resource }) => resource, steps);
  const barsBy = lookupOf(bars, ({ resource }) => resource, steps);
  // Most cells are the same on both sides, and found without a search.
  const same = firstByKey(grants, grantKey);
  const sameBars = firstByKey(bars, barKey);
  const known = new Map<Grant, Grant | undefined>();
  const met = new Map<Grant, ReadonlySet<string>>();
  const search = (grant: Grant): Grant | undefined =>
    same.get(grantKey(grant)) ?? grantsBy.around(grant.resource).find((other) => isCovered(grant, other));
  return {
    length: rules.length,
    grants,
    bars,
    grantsBy,
    barsBy,
    coverOf: (grant) => {
      if (!known.has(grant)) known.set(grant, search(grant));
      return known.get(grant);
    },
    keysMet: (grant) => {
      const keys = met.get(grant) ?? keysMeeting(grantsBy, grant);
      met.set(grant, keys);
      return keys;
    },
    hasBar: (bar) =>
      sameBars.has(barKey(bar)) ||
      barsBy.around(bar.resource).some((other) => isBarred(bar, other) && seesNoMore(other, bar, counted)),
  };
}

function keysMeeting({ near }: Lookup<Grant>, grant: Grant): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const other of near(grant.resource)) {
    const { key } = other.given;
    if (!keys.has(key) && meeting(other, grant) !== undefined) keys.add(key);
  }
  return keys;
}

function isCovered(grant: Grant, by: Grant): boolean {
  return (
    grant.given.key === by.given.key &&
    isGrantWithin(grant, by) &&
    areLooser(by.conditions, grant.conditions, "allow")
  );
}

function isBarred(bar: Cell, by: Cell): boolean {
  return isBarWithin(bar, by) && areLooser(by.conditions, bar.conditions, "deny");
}

function firstByKey<C extends Cell>(cells: readonly C[], keyOf: (cell: C) => string): ReadonlyMap<string, C> {
  return new Map(cells.toReversed().map((cell) => [keyOf(cell), cell]));
}

function grantKey(grant: Grant): string {
  return `${grant.given.key} ${cellKey(grant)}`;
}

/** Of a deny with conditions on what is asked it matters of what else its rule is. */
function barKey(bar: Cell): string {
  const { conditions, rule } = bar;
  return conditions.keys.length === 0
    ? cellKey(bar)
    : `${cellKey(bar)} ${JSON.stringify([rule.deny, rule.on])}`;
}

function cellKey({ whom, action, resource, conditions }: Cell): string {
  return JSON.stringify([whom.who, action, resource, conditions.entries]);
}
