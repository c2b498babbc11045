import type { Caller } from "../domain/caller.ts";
import type { ClaimPlaces } from "./claim-places.ts";
import type { RuleDocument } from "./document.ts";
import { inOneCase } from "./one-case.ts";
import { givesCredentials, matches } from "./pattern.ts";
import { compileResource, type ResourcePattern } from "./resource-pattern.ts";
import { claimsForPattern, compileTemplate, fillTemplate } from "./template.ts";
import { upstreamsOf } from "./conditions/upstreams.ts";
import { compileWhen, type When } from "./conditions/when.ts";
import { compileWho } from "./who.ts";

/** A rule made ready to decide with. */
export interface Rule {
  readonly name: string;
  readonly written: RuleDocument;
  readonly effect: "allow" | "deny";
  /** Place in the file; order chooses the role, never the verdict. */
  readonly order: number;
  /** Whether it is about a caller: by its `who`, and by its conditions on claims. */
  readonly who: (caller: Caller) => boolean;
  readonly actions: readonly string[];
  /** The same in lower case, since IAM compares actions without regard to case. */
  readonly lowerActions: readonly string[];
  readonly resources: readonly ResourcePattern[];
  /** The same in one case, made when they are first asked for: few services take two cases for one. */
  readonly resourcesInOneCase: () => readonly ResourcePattern[];
  readonly when: When;
  /** Configured names of the upstreams that it is bound to; undefined where it is for all. */
  readonly upstreams: readonly string[] | undefined;
  /** Its resource patterns written out for a caller; undefined in place of one with a claim that cannot be used. */
  readonly on: (caller: Caller) => readonly (string | undefined)[];
}

/** Prepares a rule once. It must be free of problems (`problemsOf`). */
export function compileRule(rule: RuleDocument, order: number, places: ClaimPlaces): Rule {
  const { name, who, when, allow, deny, on = ["*"] } = rule;
  const effect = deny === undefined ? "allow" : "deny";
  const actions = allow ?? deny ?? [];
  const isFor = compileWho(who, effect);
  const conditions = compileWhen(when, effect);
  return {
    name,
    written: rule,
    effect,
    order,
    who: when === undefined ? isFor : (caller) => isFor(caller) && conditions.holdsOf(caller),
    actions,
    lowerActions: actions.map((action) => action.toLowerCase()),
    resources: on.map((pattern) => compileResource(pattern, places)),
    resourcesInOneCase: compileInOneCase(on, places),
    when: conditions,
    upstreams: upstreamsOf(when),
    on: compileOn(on),
  };
}

/** Tells the allows that name an action. What gives credentials is allowed by its literal name alone. */
export function allowNaming(action: string): (rule: Rule) => boolean {
  const asked = action.toLowerCase();
  return givesCredentials(action)
    ? ({ lowerActions }) => lowerActions.includes(asked)
    : ({ lowerActions }) => lowerActions.some((pattern) => matches(pattern, asked));
}

/** Tells the denies that name any of some actions. */
export function denyNaming(actions: readonly string[]): (rule: Rule) => boolean {
  const asked = actions.map((action) => action.toLowerCase());
  return ({ lowerActions }) =>
    lowerActions.some((pattern) => asked.some((action) => matches(pattern, action)));
}

/** Every claim has its place from the pattern as it is written. */
function compileInOneCase(patterns: readonly string[], places: ClaimPlaces): Rule["resourcesInOneCase"] {
  let made: readonly ResourcePattern[] | undefined;
  return () => (made ??= patterns.map((pattern) => compileResource(pattern, places, inOneCase)));
}

/** Patterns without claims read the same for everybody. */
function compileOn(patterns: readonly string[]): Rule["on"] {
  const templates = patterns.map(compileTemplate);
  if (templates.every(({ parts }) => parts.length === 1)) return () => patterns;
  return (caller) => {
    const read = claimsForPattern(caller);
    return templates.map((template) => fillTemplate(template, read));
  };
}
