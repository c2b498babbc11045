import { contains, containsAction, containsAllowed } from "./containment.ts";
import { areAmong, type Whom, whomOf } from "./whom.ts";
import { isOfRequest } from "../conditions/keys.ts";
import type { RuleDocument } from "../document.ts";

/** A rule cut into what it means: its callers × its actions × its resources. */
export interface RuleScope {
  readonly rule: RuleDocument;
  readonly index: number;
  readonly side: "allow" | "deny";
  readonly whoms: readonly Whom[];
  readonly actions: readonly string[];
  readonly on: readonly Resource[];
  /** Its conditions as one text; empty where it has none. */
  readonly conditions: string;
  /** Whether a condition names a key that an allow must name for some requests: one of the request's own. */
  readonly mayNameGuarded: boolean;
}

/** A resource pattern. */
export interface Resource {
  readonly pattern: string;
  /** What every text begins with that it matches. */
  readonly start: string;
}

/** Cuts a rule. */
export function scopeOf(rule: RuleDocument, index: number, issuers: readonly string[]): RuleScope {
  const side = rule.deny === undefined ? "allow" : "deny";
  const { when = {} } = rule;
  const conditions = JSON.stringify(when);
  const keys = Object.values(when).flatMap(Object.keys);
  return {
    rule,
    index,
    side,
    whoms: whomOf(rule.who, side, issuers),
    actions: (rule.allow ?? rule.deny ?? []).map((action) => action.toLowerCase()),
    on: (rule.on ?? ["*"]).map(resourceOf),
    conditions: conditions === "{}" ? "" : conditions,
    mayNameGuarded: keys.some(isOfRequest),
  };
}

/** A resource pattern, ready to be compared. */
export function resourceOf(pattern: string): Resource {
  return { pattern, start: /^[^*?$]*/.exec(pattern)?.[0] ?? "" };
}

/** What is left of a rule when others have taken their parts. */
export interface Remainder {
  /** Takes away what another rule means too, whatever the request says besides; false where that is nothing. */
  readonly take: (other: RuleScope) => boolean;
  readonly isEmpty: () => boolean;
}

/** All of a rule. */
export function wholeOf({ whoms, actions, on }: RuleScope): Remainder {
  const left = new Set<number>();
  const width = actions.length * on.length;
  for (let cell = 0; cell < whoms.length * width; cell++) left.add(cell);
  return {
    isEmpty: () => left.size === 0,
    take: (other) => {
      const resources = indicesOf(on, (one) => other.on.some((wide) => holdsResource(wide, one)));
      if (resources.length === 0) return false;
      const holdsAction = other.side === "deny" ? containsAction : containsAllowed;
      const taken = indicesOf(actions, (one) => other.actions.some((wide) => holdsAction(wide, one)));
      if (taken.length === 0) return false;
      const callers = indicesOf(whoms, (one) => other.whoms.some((wide) => areAmong(one, wide)));
      const before = left.size;
      for (const w of callers)
        for (const a of taken) for (const r of resources) left.delete(w * width + a * on.length + r);
      return left.size < before;
    },
  };
}

/** Whether a rule holds the first part of another: its first callers, its first action, its first resource. */
export function holdsStart(wide: RuleScope, { whoms, actions, on }: RuleScope): boolean {
  const [whom, action, resource] = [whoms[0], actions[0], on[0]];
  if (whom === undefined || action === undefined || resource === undefined) return false;
  const holdsAction = wide.side === "deny" ? containsAction : containsAllowed;
  return (
    wide.actions.some((one) => holdsAction(one, action)) &&
    wide.on.some((one) => holdsResource(one, resource)) &&
    wide.whoms.some((one) => areAmong(whom, one))
  );
}

function holdsResource(wide: Resource, narrow: Resource): boolean {
  return narrow.pattern.startsWith(wide.start) && contains(wide.pattern, narrow.pattern);
}

function indicesOf<T>(list: readonly T[], isOne: (entry: T) => boolean): readonly number[] {
  return list.flatMap((entry, i) => (isOne(entry) ? [i] : []));
}
