import type { Cell, Given, Grant } from "./cell.ts";
import { hasClaims } from "../scope/containment.ts";
import { type Counted, isShut, meeting, type Region, regionOf, stricken } from "./region.ts";
import type { Side } from "./side.ts";
import { mayBeBoth } from "../scope/whom.ts";

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

/** Where the order of allows chooses another role. */
export interface Turned {
  readonly region: Region;
  /** First before, and the other after. */
  readonly before: readonly [Grant, Grant];
  readonly after: readonly [Grant, Grant];
}

/** Finds where one policy may give less than another: it has no such allow, or a deny that the other has not. */
export function lessIn(less: Side, than: Side, counted: readonly Counted[]): readonly Less[] {
  const missing = than.grants
    .filter((grant) => less.coverOf(grant) === undefined)
    .map((grant): Less => ({ by: "allow", region: regionOf(grant), grant }));
  const denied = less.bars
    .filter((bar) => !than.hasBar(bar))
    .flatMap((bar) => than.grants.flatMap((grant) => struckBy(bar, grant, counted)));
  return [...missing, ...denied].filter(({ region }) => !isShut(region, than.barsBy));
}

function struckBy(bar: Cell, grant: Grant, counted: readonly Counted[]): readonly Less[] {
  const region = stricken(grant, bar, counted);
  if (region !== undefined) return [{ by: "deny", region, bar, unusable: false }];
  if (!hasClaims(bar.resource)) return [];
  const anywhere = stricken(grant, { ...bar, resource: "*" }, counted);
  return anywhere === undefined ? [] : [{ by: "deny", region: anywhere, bar, unusable: true }];
}

/**
 * Finds where the order of allows may choose another role.
 *
 * Say a request gets x before, and y after. Then x stands before whatever gives as y does before, and y before whatever
 * gives as x does after. What covers a cell gives as it does; so a turn that this does not find is none.
 */
export function turnsBetween(before: Side, after: Side): readonly Turned[] {
  const xs = pairsOf(before, after);
  const ys = pairsOf(after, before);
  const latest = latestUpTo(ys, after.length);
  return xs.flatMap(([x, x2]) => {
    // Mostly nothing has moved, and nobody has to look through everything to find nothing.
    if ((latest[x2.order] ?? 0) <= x.order) return [];
    return ys.flatMap(([y, y2]) => {
      if (x.order >= y2.order || y.order >= x2.order) return [];
      if (x.given.key === y.given.key || !mayBeBoth(x.whom, y.whom)) return [];
      const region = meeting(x, y) ?? apart(x, y, before, after);
      return region === undefined ? [] : [{ region, before: [x, y2] as const, after: [y, x2] as const }];
    });
  });
}

/** For each place of a file how late, in the other, the latest of what stands before it is given the same. */
function latestUpTo(pairs: readonly (readonly [Grant, Grant])[], places: number): readonly number[] {
  const latest = Array.from({ length: places + 1 }, () => -1);
  for (const [{ order }, other] of pairs) latest[order + 1] = Math.max(latest[order + 1] ?? -1, other.order);
  let sofar = -1;
  return latest.map((order) => (sofar = Math.max(sofar, order)));
}

/** The cells that decide in one policy, each with what gives the same in the other. */
function pairsOf(side: Side, other: Side): readonly (readonly [Grant, Grant])[] {
  return side.grants.flatMap((grant) => {
    const cover = other.coverOf(grant);
    return cover === undefined ? [] : [[grant, cover] as const];
  });
}

/** A request may need several things: two allows of different ones meet if each role is given for the other's too. */
function apart(x: Grant, y: Grant, before: Side, after: Side): Region | undefined {
  if (!haveCommonService(x.action, y.action)) return undefined;
  return gives(before, x, y.given) && gives(after, y, x.given) ? regionOf(x) : undefined;
}

function gives({ keysMet }: Side, wanted: Grant, { key }: Given): boolean {
  return keysMet(wanted).has(key);
}

function haveCommonService(one: string, other: string): boolean {
  return one === "*" || other === "*" || one.split(":", 1)[0] === other.split(":", 1)[0];
}
