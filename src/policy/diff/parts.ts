import { areLooser, type Cell, type Grant } from "./cell.ts";
import { areAmong } from "../scope/whom.ts";
import { contains, containsAction } from "../scope/containment.ts";
import { meeting, stricken } from "./region.ts";
import type { Side } from "./side.ts";

/** Nobody reads more of them. */
const MAX_PARTS = 100;

/**
 * The parts of what one policy allows and the other does not of which that is not so, as `ACTION on RESOURCE`: the other
 * gives them all the same, or the one denies them.
 */
export function partsLeft(grant: Grant, open: Side, shut: Side): readonly string[] {
  const isForAll = ({ whom, conditions }: Cell, side: "allow" | "deny"): boolean =>
    areAmong(grant.whom, whom) && areLooser(conditions, grant.conditions, side);
  const given = shut.grantsBy
    .near(grant.resource)
    .filter((one) => isForAll(one, "allow") && meeting(one, grant) !== undefined);
  const denied = open.barsBy
    .near(grant.resource)
    .filter((bar) => isForAll(bar, "deny") && stricken(grant, bar, []) !== undefined);
  return widest([...given, ...denied]).map((cell) => partOf(grant, cell));
}

/** Each part once, and none that is within another. */
function widest(cells: readonly Cell[]): readonly Cell[] {
  const once = [...new Map(cells.map((cell) => [`${cell.action} ${cell.resource}`, cell])).values()];
  const told = once.slice(0, MAX_PARTS);
  return told.filter((cell) => !told.some((other) => isWithin(cell, other) && !isWithin(other, cell)));
}

function isWithin(narrow: Cell, wide: Cell): boolean {
  return (
    narrow !== wide && containsAction(wide.action, narrow.action) && contains(wide.resource, narrow.resource)
  );
}

/** What two cells have in common. */
function partOf(one: Cell, other: Cell): string {
  const action = containsAction(one.action, other.action) ? other.action : one.action;
  const resource = contains(one.resource, other.resource) ? other.resource : one.resource;
  return `${action} on ${resource}`;
}
