import type { Caller } from "../domain/caller.ts";
import type { Requirement } from "../domain/operation.ts";
import { type Candidates, createCandidates } from "./candidates.ts";
import type { ClaimPlaces, ClaimRow } from "./claim-places.ts";
import type { Allow } from "./grant.ts";
import { allowNaming, denyNaming, type Rule } from "./rule.ts";

/** What a policy knows of a caller, so that no request looks at a rule for others. */
export interface Standing {
  /** The caller's claims as resource patterns take them. */
  readonly row: ClaimRow;
  /** Of the rules that are about the caller; callers of whom the same rules are have it in common. */
  readonly view: View;
}

/** The rules that are about some callers, in file order. */
export interface View {
  readonly allows: readonly Allow[];
  /** Those that name the requirement's action or, of the denies, one that it covers. */
  readonly candidates: (requirement: Requirement) => Candidates;
  /** Whether any of the allows names actions of a service. */
  readonly mayUse: (service: string) => boolean;
}

/** What standings are made from. */
export interface StandingMaterial {
  readonly denies: readonly Rule[];
  readonly allows: readonly Allow[];
  readonly places: ClaimPlaces;
}

/** As many references as are kept: a few megabytes. All of it can be made again, so all of it is forgotten at once. */
const MAX_KEPT = 400_000;

/** About what an entry takes besides its references, in references. */
const ENTRY = 8;

/** Tells each caller's standing; a caller is one verified token, kept as long as it is used. */
export function createStandings({ denies, allows, places }: StandingMaterial): (caller: Caller) => Standing {
  const audiences = audiencesOf([...denies, ...allows]);
  let standings = new WeakMap<Caller, Standing>();
  let views = new Map<string, View>();
  let kept = 0;
  const keep = (references: number) => {
    kept += references + ENTRY;
    if (kept <= MAX_KEPT) return;
    standings = new WeakMap();
    views = new Map();
    kept = 0;
  };
  const viewOf = (caller: Caller): View => {
    const fitting = audiences.map(({ who }) => who(caller));
    const key = fitting.flatMap((fits, i) => (fits ? [i] : [])).join(" ");
    const before = views.get(key);
    if (before !== undefined) return before;
    const isAbout = new Set(audiences.flatMap(({ rules }, i) => (fitting[i] === true ? rules : [])));
    const view = createView(
      denies.filter((rule) => isAbout.has(rule)),
      allows.filter((rule) => isAbout.has(rule)),
      keep,
    );
    keep(isAbout.size);
    views.set(key, view);
    return view;
  };
  return (caller) => {
    const before = standings.get(caller);
    if (before !== undefined) return before;
    const made = { row: places.rowOf(caller), view: viewOf(caller) };
    keep(made.row.length);
    standings.set(caller, made);
    return made;
  };
}

/** The rules that are about the same callers, so that each `who` is asked once. */
interface Audience {
  readonly who: Rule["who"];
  readonly rules: readonly Rule[];
}

function audiencesOf(rules: readonly Rule[]): readonly Audience[] {
  const audiences = new Map<string, { who: Rule["who"]; rules: Rule[] }>();
  for (const rule of rules) {
    const { effect, written } = rule;
    const key = JSON.stringify([effect, written.who, written.when]);
    const before = audiences.get(key);
    if (before === undefined) audiences.set(key, { who: rule.who, rules: [rule] });
    else before.rules.push(rule);
  }
  return [...audiences.values()];
}

function createView(
  denies: readonly Rule[],
  allows: readonly Allow[],
  keep: (references: number) => void,
): View {
  const found = new Map<string, Candidates>();
  const services = new Map<string, boolean>();
  const find = ({ action, covers = [] }: Requirement): Candidates =>
    createCandidates(
      denies.filter(denyNaming([action, ...covers])),
      allows.filter(allowNaming(action)),
      keep,
    );
  return {
    allows,
    candidates: (requirement) => {
      const { action, covers } = requirement;
      const key = covers === undefined ? action : `${action} ${covers.join(" ")}`;
      const before = found.get(key);
      if (before !== undefined) return before;
      const made = find(requirement);
      found.set(key, made);
      return made;
    },
    mayUse: (service) => {
      const before = services.get(service);
      if (before !== undefined) return before;
      const mayUse = allows.some((rule) => namesService(rule, service));
      services.set(service, mayUse);
      return mayUse;
    },
  };
}

/** Whether a rule names actions of a service. */
export function namesService({ actions }: Rule, service: string): boolean {
  return actions.some((pattern) => pattern === "*" || pattern.startsWith(`${service}:`));
}
