import type { Cell, Grant } from "./cell.ts";
import { inOneCase } from "../one-case.ts";
import { hasClaims } from "../scope/containment.ts";
import { type Counted, isShut, type Region, regionOf, stricken } from "./region.ts";
import { seesNoMore } from "./sees-no-more.ts";
import type { Side } from "./side.ts";
import type { Steps } from "./steps.ts";

/** Where a policy may give less than another, and why. */
export type Less =
  | { readonly by: "allow"; readonly region: Region; readonly grant: Grant }
  | {
      readonly by: "deny";
      readonly region: Region;
      readonly bar: Cell;
      /** Only where a claim of the deny cannot be used. */
      readonly unusable: boolean;
    };

/** Finds where one policy may give less than another: it has no such allow, or a deny that the other has not. */
export function* lessIn(
  less: Side,
  than: Side,
  counted: readonly Counted[],
  steps: Steps,
): Generator<Less, void> {
  for (const grant of steps.through(than.grants)) {
    if (less.coverOf(grant) !== undefined) continue;
    const region = regionOf(grant);
    if (!isShut(region, than.barsBy)) yield { by: "allow", region, grant };
  }
  for (const bar of steps.through(less.bars)) {
    if (than.hasBar(bar)) continue;
    for (const grant of steps.through(reachOf(bar, than))) {
      const struck = struckBy(bar, grant, counted);
      const isAsFar = (other: Cell): boolean => seesNoMore(other, bar, counted);
      if (struck !== undefined && !isShut(struck.region, than.barsBy, isAsFar)) yield struck;
    }
  }
}

/** The allows that a deny may strike: with a claim that cannot be used it holds everywhere. */
function reachOf(bar: Cell, { grantsBy }: Side): readonly Grant[] {
  return grantsBy.near(hasClaims(bar.resource) ? "*" : bar.resource);
}

function struckBy(bar: Cell, grant: Grant, counted: readonly Counted[]): Less | undefined {
  const region = stricken(grant, bar, counted) ?? strickenInAnyCase(grant, bar, counted);
  if (region !== undefined) return { by: "deny", region, bar, unusable: false };
  if (!hasClaims(bar.resource)) return undefined;
  const anywhere = stricken(grant, { ...bar, resource: "*" }, counted);
  return anywhere === undefined ? undefined : { by: "deny", region: anywhere, bar, unusable: true };
}

/** Some services take two cases for one, and then a deny holds in any. */
function strickenInAnyCase(grant: Grant, bar: Cell, counted: readonly Counted[]): Region | undefined {
  const region = stricken(cellInOneCase(grant), cellInOneCase(bar), counted);
  return region && { ...region, resources: [grant.resource, bar.resource] };
}

function cellInOneCase<C extends Cell>(cell: C): C {
  return { ...cell, resource: inOneCase(cell.resource) };
}
