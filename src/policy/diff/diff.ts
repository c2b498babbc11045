import { areLooser, type Cell, type Grant } from "./cell.ts";
import { contains, containsAction } from "../scope/containment.ts";
import { type Less, lessIn, type Turned, turnsBetween } from "./find.ts";
import { type Ground, groundOf, groundsOf, keysOf, partOf, standingOf } from "./ground.ts";
import { type Counted, isInside, meeting, type Region, stricken } from "./region.ts";
import { type PolicySide, type Side, sideOf } from "./side.ts";
import { areAmong } from "../scope/whom.ts";
import type { WhenDocument } from "../document.ts";

/** One difference between two policies: what may become of some requests of some callers. */
export interface Change {
  /**
   * - `gain`: the new policy allows it, the old did not;
   * - `lose`: the old policy allowed it, the new does not;
   * - `role`: both allow it, with other roles, sources or session settings, or in another order of them;
   * - `conditions`: both allow it, under other conditions.
   */
  readonly kind: "gain" | "lose" | "role" | "conditions";
  /** Who, what and on what: of each list all must hold. */
  readonly region: Region;
  /** What allows all of it in the old policy, first to last, and in the new. */
  readonly was: readonly Ground[];
  readonly now: readonly Ground[];
  /** The deny that came, or that went. */
  readonly deny?: { readonly rule: string; readonly when?: WhenDocument | undefined } | undefined;
  /** It holds only where a claim that the deny names cannot be used. */
  readonly unusable?: true | undefined;
  /** Parts of it that are as they were, as `ACTION on RESOURCE`. */
  readonly except: readonly string[];
}

/**
 * Compares what two policies give. Patterns are compared as patterns: every request that they decide otherwise is in a
 * change, and where there is no change there is no such request. Names of rules do not matter, nor the session policies
 * that are made from the rules, which follow what changed. A change may be said of requests that nobody can make.
 *
 * @param counted the actions that requests count as besides the one they need
 */
export function diffPolicies(
  old: PolicySide,
  changed: PolicySide,
  counted: readonly Counted[],
): readonly Change[] {
  const before = sideOf(old);
  const after = sideOf(changed);
  const changes = [
    ...lessIn(after, before, counted).map((less) => changeBy(less, "lose", before, after)),
    ...lessIn(before, after, counted).map((less) => changeBy(less, "gain", before, after)),
    ...turnsBetween(before, after).map(changeByOrder),
  ];
  return withoutRepeated(changes);
}

function changeBy(less: Less, usual: "gain" | "lose", before: Side, after: Side): Change {
  const { region } = less;
  const was = standingOf(region, before);
  const now = standingOf(region, after);
  const grounds = { was: groundsOf(was.grants), now: groundsOf(now.grants) };
  if (less.by === "deny") {
    const { name, when } = less.bar.rule;
    const deny = { rule: name, ...(when !== undefined && { when }) };
    return { kind: usual, region, ...grounds, deny, except: [], ...(less.unusable && { unusable: true }) };
  }
  const both = keysOf(was.grants) === keysOf(now.grants) ? "conditions" : "role";
  const kind =
    was.isOpen && now.isOpen ? both : was.isOpen === now.isOpen ? usual : now.isOpen ? "gain" : "lose";
  const [open, shut] = usual === "lose" ? [before, after] : [after, before];
  return { kind, region, ...grounds, except: kind === usual ? partsLeft(less.grant, open, shut) : [] };
}

function changeByOrder({ region, before, after }: Turned): Change {
  return { kind: "role", region, was: before.map(groundOf), now: after.map(groundOf), except: [] };
}

/** What the policy that gives less gives all the same, and what the other denies. */
function partsLeft(grant: Grant, open: Side, shut: Side): readonly string[] {
  const isForAll = ({ whom, conditions }: Cell, side: "allow" | "deny"): boolean =>
    areAmong(grant.whom, whom) && areLooser(conditions, grant.conditions, side);
  const given = shut.grants.filter((one) => isForAll(one, "allow") && meeting(one, grant) !== undefined);
  const denied = open.bars.filter((bar) => isForAll(bar, "deny") && stricken(grant, bar, []) !== undefined);
  return widest([...given, ...denied]).map((cell) => partOf(grant, cell));
}

/** Each part once, and none that is within another. */
function widest(cells: readonly Cell[]): readonly Cell[] {
  const once = [...new Map(cells.map((cell) => [`${cell.action} ${cell.resource}`, cell])).values()];
  return once.filter((cell) => !once.some((other) => isWithin(cell, other) && !isWithin(other, cell)));
}

function isWithin(narrow: Cell, wide: Cell): boolean {
  return (
    narrow !== wide && containsAction(wide.action, narrow.action) && contains(wide.resource, narrow.resource)
  );
}

/** Each change once, and none that is a part of another. */
function withoutRepeated(changes: readonly Change[]): readonly Change[] {
  const once = [...new Map(changes.map((change) => [keyOf(change), change])).values()];
  return once.filter(
    (change, i) =>
      !once.some((other, j) => i !== j && isPartOf(change, other) && !(j > i && isPartOf(other, change))),
  );
}

function keyOf({ kind, region, was, now, deny, unusable }: Change): string {
  const { whom, actions, resources } = region;
  const grounds = kind === "gain" || kind === "lose" ? [region.conditions, deny, unusable] : [was, now];
  return JSON.stringify([kind, whom, actions, resources, grounds]);
}

/** Only what is gained or lost without an if has parts. */
function isPartOf({ kind, region }: Change, other: Change): boolean {
  if (kind !== other.kind || (kind !== "gain" && kind !== "lose")) return false;
  return other.except.length === 0 && other.unusable === undefined && isInside(region, other.region);
}
