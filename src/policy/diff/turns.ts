import type { Grant } from "./cell.ts";
import { mayMeet } from "../scope/containment.ts";
import { meeting, type Region, regionOf } from "./region.ts";
import type { Side } from "./side.ts";
import type { Steps } from "./steps.ts";
import { mayBeBoth } from "../scope/whom.ts";

/** Where the order of allows chooses another role. */
export interface Turned {
  readonly region: Region;
  /** First before, and the other after. */
  readonly before: readonly [Grant, Grant];
  readonly after: readonly [Grant, Grant];
}

/** An allow, and one of the other policy that gives the same. */
type Pair = readonly [here: Grant, there: Grant];

/** Where a rule, or a part of one, stands in the other policy. */
interface Moved {
  /** Any of its cells: all of them are of one rule, so they give the same to callers of the same kinds. */
  readonly any: Grant;
  /** Place in its own file, and in the other. */
  readonly from: number;
  readonly to: number;
  readonly byResource: ReadonlyMap<string, readonly Pair[]>;
}

/**
 * Finds where the order of allows may choose another role.
 *
 * Say a request gets x before, and y after. Then x stands before whatever gives as y does before, and y before whatever
 * gives as x does after. What covers a cell gives as it does; so a turn that this does not find is none. Rules are
 * looked at first: only of those that changed places their cells are.
 */
export function* turnsBetween(before: Side, after: Side, steps: Steps): Generator<Turned, void> {
  const xs = movedOf(before, after, steps);
  const ys = movedOf(after, before, steps);
  const latest = latestUpTo(ys, after.length);
  for (const x of steps.through(xs)) {
    // Mostly nothing has moved, and nobody has to look through everything to find nothing.
    if ((latest[x.to] ?? -1) <= x.from) continue;
    for (const y of steps.through(ys)) {
      steps.spend(1);
      if (x.from >= y.to || y.from >= x.to || x.any.given.key === y.any.given.key) continue;
      if (mayBeBoth(x.any.whom, y.any.whom)) yield* turnsOf(x, y, { before, after, steps });
    }
  }
}

/** To compare two cells takes longer than to look one up. */
const CELLS_STEPS = 5;

interface Sides {
  readonly before: Side;
  readonly after: Side;
  readonly steps: Steps;
}

function* turnsOf(x: Moved, y: Moved, { before, after, steps }: Sides): Generator<Turned, void> {
  const mayBeApart = giveEachOther(x, y, before, after);
  for (const [resource, ones] of x.byResource) {
    for (const [other, others] of steps.through(y.byResource)) {
      steps.spend(1);
      if (!mayBeApart && !mayMeet(resource, other)) continue;
      for (const [one, one2] of steps.through(ones)) {
        for (const [two, two2] of steps.through(others)) {
          steps.spend(CELLS_STEPS);
          const region = meeting(one, two) ?? (mayBeApart ? apart(one, two, before, after) : undefined);
          if (region !== undefined) yield { region, before: [one, two2], after: [two, one2] };
        }
      }
    }
  }
}

/** The cells that decide in one policy, each with what gives the same in the other, by the rules of both. */
function movedOf(side: Side, other: Side, steps: Steps): readonly Moved[] {
  const moved = new Map<string, Moved & { readonly byResource: Map<string, Pair[]> }>();
  for (const grant of steps.through(side.grants)) {
    const cover = other.coverOf(grant);
    if (cover === undefined) continue;
    const [from, to] = [grant.order, cover.order];
    const one = moved.get(`${from} ${to}`) ?? { any: grant, from, to, byResource: new Map() };
    moved.set(`${from} ${to}`, one);
    const pairs = one.byResource.get(grant.resource) ?? [];
    one.byResource.set(grant.resource, pairs);
    pairs.push([grant, cover]);
  }
  return [...moved.values()];
}

/** For each place of a file how late, in the other, the latest of what stands before it is given the same. */
function latestUpTo(moved: readonly Moved[], places: number): readonly number[] {
  const latest = Array.from({ length: places + 1 }, () => -1);
  for (const { from, to } of moved) latest[from + 1] = Math.max(latest[from + 1] ?? -1, to);
  let sofar = -1;
  return latest.map((place) => (sofar = Math.max(sofar, place)));
}

/** A request may need several things: two allows of different ones meet if each role is given for the other's too. */
function apart(x: Grant, y: Grant, before: Side, after: Side): Region | undefined {
  if (!haveCommonService(x.action, y.action)) return undefined;
  const isEither = before.keysMet(x).has(y.given.key) && after.keysMet(y).has(x.given.key);
  return isEither ? regionOf(x) : undefined;
}

/** Whether any cells of two rules may be {@link apart}. */
function giveEachOther(x: Moved, y: Moved, before: Side, after: Side): boolean {
  const isMet = ({ byResource }: Moved, side: Side, { any }: Moved): boolean =>
    [...byResource.values()].some((pairs) => pairs.some(([grant]) => side.keysMet(grant).has(any.given.key)));
  return isMet(x, before, y) && isMet(y, after, x);
}

function haveCommonService(one: string, other: string): boolean {
  return one === "*" || other === "*" || one.split(":", 1)[0] === other.split(":", 1)[0];
}
