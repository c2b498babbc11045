/**
 * How two policies are compared.
 *
 * Each rule is cut into cells (cell.ts): callers of one kind, one action pattern, one resource pattern. A request can be
 * decided otherwise only where
 *
 * - a cell of one policy has none in the other that gives as much, or a deny has come (less.ts), or
 * - two rules have changed places, so that another role is chosen first (turns.ts).
 *
 * Where something is found, region.ts says of whom, what and on what, and ground.ts how either policy stands to that: so
 * a difference becomes a gain, a loss, another role or another condition (change.ts). parts.ts and repeated.ts keep what
 * is said short. Cells are looked up by what their resources begin with (lookup.ts), and steps.ts sees to an end.
 */
import { countCells } from "./cell.ts";
import { type Change, keyOf } from "./change.ts";
import { type Less, lessIn } from "./less.ts";
import { groundOf, groundsOf, keysOf, standingOf } from "./ground.ts";
import { partsLeft } from "./parts.ts";
import type { Counted } from "./region.ts";
import { withoutRepeated } from "./repeated.ts";
import { type PolicySide, type Side, sideOf } from "./side.ts";
import { countSteps } from "./steps.ts";
import { type Turned, turnsBetween } from "./turns.ts";

/** What came of comparing two policies. */
export interface Comparison {
  readonly changes: readonly Change[];
  /** There may be more changes: so much differs, or so much would have to be compared, that it was left at these. */
  readonly isCutShort: boolean;
}

/** Of a policy that is cut into more nothing is compared. */
const MAX_CELLS = 500_000;

/** Cells to look at; some seconds. */
const MAX_STEPS = 15_000_000;

/** Nobody reads more, and each takes memory. */
const MAX_CHANGES = 60_000;

/**
 * Compares what two policies give. Patterns are compared as patterns: every request that they decide otherwise is in a
 * change, and where there is no change, and it was not cut short, there is no such request. Names of rules do not matter,
 * nor the session policies that are made from the rules, which follow what changed. A change may be said of requests that
 * nobody can make.
 *
 * @param counted the actions that requests count as besides the one they need
 */
export function diffPolicies(old: PolicySide, changed: PolicySide, counted: readonly Counted[]): Comparison {
  if ([old, changed].some(({ rules, names }) => countCells(rules, names) > MAX_CELLS))
    return { changes: [], isCutShort: true };
  const steps = countSteps(MAX_STEPS);
  const [before, after] = [sideOf(old, counted, steps), sideOf(changed, counted, steps)];
  const changes = new Map<string, Change>();
  const add = (change: Change): void => {
    changes.set(keyOf(change), change);
    if (changes.size === MAX_CHANGES) steps.end();
  };
  for (const less of lessIn(after, before, counted, steps)) add(changeBy(less, "lose", before, after));
  for (const less of lessIn(before, after, counted, steps)) add(changeBy(less, "gain", before, after));
  for (const turned of turnsBetween(before, after, steps)) add(changeByOrder(turned));
  const isCutShort = steps.isCutShort();
  return { changes: withoutRepeated([...changes.values()], countSteps(MAX_STEPS)), isCutShort };
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
