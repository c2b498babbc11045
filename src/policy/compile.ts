import type { Caller } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import type { Requirement } from "../domain/operation.ts";
import type { RuleDocument } from "./document.ts";
import { givesCredentials, matchesAction } from "./pattern.ts";
import { compileTemplate, fillTemplate } from "./template.ts";
import { compileWho } from "./who.ts";

/** A rule made ready to decide with. */
export interface Rule {
  readonly name: string;
  /** Place in the file; order chooses the role, never the verdict. */
  readonly order: number;
  readonly who: (caller: Caller) => boolean;
  readonly actions: readonly string[];
  /** Its resource patterns as they read for a caller; undefined in place of one with a claim that cannot be used. */
  readonly on: (caller: Caller) => readonly (string | undefined)[];
  /** Of an allow: the role it gives. */
  readonly role: string;
  /** Of an allow: the credential source it uses. */
  readonly source: string;
}

/** The rules that can matter for one action. */
export interface Candidates {
  readonly denies: readonly Rule[];
  readonly allows: readonly Rule[];
}

/** A policy ready to decide: immutable but for its memory of which rules name which action. */
export interface Policy {
  /** Rules whose action patterns mean the requirement's action (or, for denies, one that it covers). */
  readonly candidates: (requirement: Requirement) => Candidates;
  /** Whether any allow for this caller names the service: before its body is read. */
  readonly mayUse: (caller: Caller, service: string) => boolean;
  /** What the allows for this caller on a service give, each pair of source and role once: for telling, not for deciding. */
  readonly permitsFor: (caller: Caller, service: string) => readonly Permit[];
}

/** Actions come from tables and are few; this only bounds a mistake. */
const MAX_REMEMBERED = 4096;

/** Prepares rules once. They must be free of problems (`problemsOf`). */
export function compilePolicy(rules: readonly RuleDocument[], defaultSource: string): Policy {
  const compiled = rules.map((rule, order) => compileRule(rule, order, defaultSource));
  const denies = compiled.filter(({ order }) => rules[order]?.deny !== undefined);
  const allows = compiled.filter(({ order }) => rules[order]?.allow !== undefined);
  const remembered = new Map<string, Candidates>();
  const forCaller = (caller: Caller, service: string): readonly Rule[] =>
    allows.filter((rule) => namesService(rule, service) && rule.who(caller));
  return {
    candidates: (requirement) => {
      const { action, covers } = requirement;
      const key = covers === undefined ? action : `${action} ${covers.join(" ")}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const meant = [action, ...(covers ?? [])];
      const found = {
        denies: denies.filter((rule) => meant.some((one) => namesAction(rule, one))),
        allows: allows.filter((rule) => allowsAction(rule, action)),
      };
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(key, found);
      return found;
    },
    mayUse: (caller, service) => forCaller(caller, service).length > 0,
    permitsFor: (caller, service) => {
      const firsts = new Map<string, Permit>();
      for (const rule of forCaller(caller, service)) {
        if (!firsts.has(pairOf(rule))) firsts.set(pairOf(rule), permitOf(rule));
      }
      return [...firsts.values()];
    },
  };
}

/** The leave that an allow gives. */
export function permitOf({ name, role, source }: Rule): Permit {
  return { verdict: "permit", rule: name, role, source };
}

/** Source and role as written: `pool` equals only `pool`. */
export function pairOf({ source, role }: Rule): string {
  return `${source} ${role}`;
}

function compileRule(rule: RuleDocument, order: number, defaultSource: string): Rule {
  return {
    name: rule.name,
    order,
    who: compileWho(rule.who),
    actions: rule.allow ?? rule.deny ?? [],
    on: compileOn(rule.on ?? ["*"]),
    role: rule.role ?? "",
    source: rule.credentials ?? defaultSource,
  };
}

/** Patterns without claims read the same for everybody, and are not made anew for each request. */
function compileOn(patterns: readonly string[]): Rule["on"] {
  const templates = patterns.map(compileTemplate);
  if (templates.every(({ parts }) => parts.length === 1)) return () => patterns;
  return (caller) => templates.map((template) => fillTemplate(template, caller));
}

function namesAction(rule: Rule, action: string): boolean {
  return rule.actions.some((pattern) => matchesAction(pattern, action));
}

function allowsAction(rule: Rule, action: string): boolean {
  if (!givesCredentials(action)) return namesAction(rule, action);
  return rule.actions.some((pattern) => pattern.toLowerCase() === action.toLowerCase());
}

function namesService(rule: Rule, service: string): boolean {
  return rule.actions.some((pattern) => pattern === "*" || pattern.startsWith(`${service}:`));
}
