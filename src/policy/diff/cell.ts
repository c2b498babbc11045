import type { PolicyNames, RuleDocument, SourceNames, WhenDocument } from "../document.ts";
import { isOfRequest, readKey } from "../conditions/keys.ts";
import { contains, containsAction, containsAllowed, hasClaims } from "../scope/containment.ts";
import { areAmong, type Whom, whomOf } from "../scope/whom.ts";

/** What a rule says of callers of one kind, one action pattern and one resource pattern. */
export interface Cell {
  readonly rule: RuleDocument;
  /** Place of the rule in its file. */
  readonly order: number;
  readonly whom: Whom;
  readonly action: string;
  readonly resource: string;
  readonly conditions: Conditions;
}

/** What an allow gives where it decides. */
export interface Given {
  readonly role: string;
  /** In words: a source, and what other upstreams have in its place. */
  readonly source: string;
  /** Equal where all that shapes the credentials is, but for the session policy that is made from the rules. */
  readonly key: string;
}

/** A cell of an allow. */
export interface Grant extends Cell {
  readonly given: Given;
}

/** The cells of a policy, in the order of its file. */
export interface Cells {
  readonly grants: readonly Grant[];
  readonly bars: readonly Cell[];
}

/** The `when` of a rule, as far as it can be compared. */
export interface Conditions {
  /** Each operator with one key, and its values in order; all of them must hold. */
  readonly entries: readonly string[];
  /** Keys of what is asked that it names, in lower case: those may be guarded. */
  readonly keys: readonly string[];
}

/** What rules may refer to, as far as it shapes what they give. */
export type GivingNames = SourceNames & Pick<PolicyNames, "issuers">;

/** Cuts rules that have no problems into cells. */
export function cellsOf(rules: readonly RuleDocument[], names: GivingNames): Cells {
  const cut = (rule: RuleDocument, order: number, side: "allow" | "deny"): readonly Cell[] => {
    const conditions = conditionsOf(rule.when);
    return whomOf(rule.who, side, names.issuers).flatMap((whom) =>
      (rule[side] ?? []).flatMap((action) =>
        (rule.on ?? ["*"]).map((resource) => ({ rule, order, whom, action, resource, conditions })),
      ),
    );
  };
  return {
    grants: rules.flatMap((rule, order) => {
      if (rule.allow === undefined) return [];
      const given = givenBy(rule, names);
      return cut(rule, order, "allow").map((cell) => ({ ...cell, given }));
    }),
    bars: rules.flatMap((rule, order) => (rule.deny === undefined ? [] : cut(rule, order, "deny"))),
  };
}

/** How many cells there are of rules, without making them. */
export function countCells(rules: readonly RuleDocument[], { issuers }: GivingNames): number {
  const counts = rules.map(({ who, allow, deny, on = ["*"] }) => {
    const whoms = whomOf(who, deny === undefined ? "allow" : "deny", issuers).length;
    return whoms * (allow ?? deny ?? []).length * on.length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Whether an allow means whatever another means, conditions aside. */
export function isGrantWithin(narrow: Cell, wide: Cell): boolean {
  return (
    containsAllowed(wide.action, narrow.action) &&
    areAmong(narrow.whom, wide.whom) &&
    contains(wide.resource, narrow.resource)
  );
}

/**
 * Whether a deny holds wherever another does, conditions aside. A claim that cannot be used makes a deny hold everywhere,
 * so none with other claims holds as far.
 */
export function isBarWithin(narrow: Cell, wide: Cell): boolean {
  const isOnWithin = hasClaims(narrow.resource)
    ? narrow.resource === wide.resource || wide.resource === "*"
    : contains(wide.resource, narrow.resource);
  return isOnWithin && containsAction(wide.action, narrow.action) && areAmong(narrow.whom, wide.whom);
}

/** Whether conditions hold wherever others do; of an allow, also that it names what may be guarded. */
export function areLooser(loose: Conditions, strict: Conditions, side: "allow" | "deny"): boolean {
  return (
    loose.entries.every((entry) => strict.entries.includes(entry)) &&
    (side === "deny" || strict.keys.every((key) => loose.keys.includes(key)))
  );
}

function conditionsOf(when: WhenDocument = {}): Conditions {
  const all = Object.entries(when).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({
      operator,
      key: readKey(key)?.name ?? key,
      values: [values].flat(),
    })),
  );
  return {
    entries: all.map(({ operator, key, values }) =>
      JSON.stringify([operator, key, [...new Set(values.map(String))].sort()]),
    ),
    keys: all.flatMap(({ key }) => (isOfRequest(key) ? [key] : [])),
  };
}

function givenBy(rule: RuleDocument, { sources, defaultSource = "", upstreamSources }: GivingNames): Given {
  const { role = "", credentials, sessionName, sessionDuration, sessionPolicy } = rule;
  const usual = credentials ?? defaultSource;
  const others = [...upstreamSources].filter(([, source]) => credentials === undefined && source !== usual);
  others.sort(([a], [b]) => (a < b ? -1 : 1));
  const plans = [usual, ...others.map(([, source]) => source)].map((source) => sources.get(source)?.plan);
  return {
    role,
    source: [usual, ...others.map(([upstream, source]) => `${source} on ${upstream}`)].join(", "),
    key: JSON.stringify([role, usual, others, sessionName, sessionDuration, sessionPolicy, plans]),
  };
}
