import { type Cell, type Conditions, areLooser, type Grant } from "./cell.ts";
import { contains, containsAction, containsAllowed, mayMeet, mayMeetDenied } from "../scope/containment.ts";
import type { Lookup } from "./lookup.ts";
import { areAmong, mayBeBoth, type Whom } from "../scope/whom.ts";
import { matchesAction } from "../pattern.ts";

/** What one cell means, or what two mean together: all that stands in a list must hold. */
export interface Region {
  readonly whom: readonly Whom[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Conditions;
}

/** An action, and one that requests for it may count as: `Requirement.covers`. */
export type Counted = readonly [action: string, covered: string];

/** What one cell means. */
export function regionOf({ whom, action, resource, conditions }: Cell): Region {
  return { whom: [whom], actions: [action], resources: [resource], conditions };
}

/** What two allows mean together; undefined where there can be nothing. */
export function meeting(one: Grant, other: Grant): Region | undefined {
  if (!mayMeet(one.resource, other.resource) || !mayMeetDenied(one.action, other.action)) return undefined;
  if (!mayBeBoth(one.whom, other.whom)) return undefined;
  return together(one, other, true, true);
}

/**
 * Where a deny strikes what an allow allows; undefined where it cannot. A deny also means actions that the request counts
 * as, what its resource is a part of, such as the table of an index, and what it may reach, such as what is below a path.
 */
export function stricken(grant: Grant, bar: Cell, counted: readonly Counted[]): Region | undefined {
  if (!mayBeBoth(grant.whom, bar.whom)) return undefined;
  const isNamed = mayMeetDenied(grant.action, bar.action);
  const counts = ([action, covered]: Counted): boolean =>
    matchesAction(grant.action, action) && matchesAction(bar.action, covered);
  if (!isNamed && !counted.some(counts)) return undefined;
  const isMet = mayMeet(grant.resource, bar.resource);
  if (!isMet && !mayGoBeyond(grant.resource, bar.resource)) return undefined;
  return together(grant, bar, isNamed, isMet);
}

/** What ARNs of S3 begin with: of buckets and objects neither stands for the other in a deny. */
export const OF_S3 = /^arn:[^:]*:s3:/;

/** Whether a request for what is allowed may be a part of what is denied, or reach it. */
function mayGoBeyond(allowed: string, denied: string): boolean {
  return !OF_S3.test(denied) && (isBelow(allowed, denied) || isBelow(denied, allowed));
}

function isBelow(part: string, whole: string): boolean {
  // What ends in a star means all that is below it, too.
  return !whole.endsWith("*") && (mayMeet(part, `${whole}/*`) || mayMeet(part, `${whole}:*`));
}

/** Whether an allow means all of a region, conditions aside. All parts of a region hold, so one within is enough. */
export function givesAll(grant: Grant, { whom, actions, resources }: Region): boolean {
  return (
    actions.some((action) => containsAllowed(grant.action, action)) &&
    whom.some((one) => areAmong(one, grant.whom)) &&
    resources.some((resource) => contains(grant.resource, resource))
  );
}

/**
 * Whether denies leave nothing of a region.
 *
 * @param counts which of them count. Default: all
 */
export function isShut(
  { whom, actions, resources, conditions }: Region,
  barsBy: Lookup<Cell>,
  counts: (bar: Cell) => boolean = () => true,
): boolean {
  return resources
    .flatMap(barsBy.around)
    .some(
      (bar) =>
        actions.some((action) => containsAction(bar.action, action)) &&
        whom.some((one) => areAmong(one, bar.whom)) &&
        resources.some((resource) => contains(bar.resource, resource)) &&
        areLooser(bar.conditions, conditions, "deny") &&
        counts(bar),
    );
}

/** Whether all of a region is in another. */
export function isInside(narrow: Region, wide: Region): boolean {
  return (
    wide.whom.every((other) => narrow.whom.some((one) => areAmong(one, other))) &&
    wide.actions.every((other) => narrow.actions.some((one) => containsAction(other, one))) &&
    wide.resources.every((other) => narrow.resources.some((one) => contains(other, one))) &&
    areLooser(wide.conditions, narrow.conditions, "deny")
  );
}

function together(one: Cell, other: Cell, byAction: boolean, byResource: boolean): Region {
  const { entries, keys } = one.conditions;
  return {
    whom: narrowest(one.whom, other.whom, (wide, narrow) => areAmong(narrow, wide)),
    actions: byAction ? narrowest(one.action, other.action, containsAction) : [one.action],
    resources: byResource ? narrowest(one.resource, other.resource, contains) : [one.resource],
    conditions: {
      entries: [...new Set([...entries, ...other.conditions.entries])],
      keys: [...new Set([...keys, ...other.conditions.keys])],
    },
  };
}

/** One of two, where it is within the other. */
function narrowest<T>(one: T, other: T, has: (wide: T, narrow: T) => boolean): readonly T[] {
  if (has(one, other)) return [other];
  return has(other, one) ? [one] : [one, other];
}
