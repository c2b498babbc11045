import { type Caller, claimStrings } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import type { Requirement } from "../domain/operation.ts";
import type { RuleDocument, WhoDocument } from "./document.ts";
import { givesCredentials, matchesAction } from "./pattern.ts";
import { compileTemplate, type Template } from "./template.ts";

/** A rule made ready to decide with. */
export interface Rule {
  readonly name: string;
  /** Place in the file; order chooses the role, never the verdict. */
  readonly order: number;
  readonly who: (caller: Caller) => boolean;
  readonly actions: readonly string[];
  readonly on: readonly Template[];
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
  const denies = compiled.filter((_, order) => rules[order]?.deny !== undefined);
  const allows = compiled.filter((_, order) => rules[order]?.allow !== undefined);
  const remembered = new Map<string, Candidates>();
  return {
    candidates: (requirement) => {
      const { action, covers } = requirement;
      const key = covers === undefined ? action : `${action} ${covers.join(" ")}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const found = {
        denies: denies.filter((rule) => [action, ...(covers ?? [])].some((one) => namesAction(rule, one))),
        allows: allows.filter((rule) => allowsAction(rule, action)),
      };
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(key, found);
      return found;
    },
    mayUse: (caller, service) => allows.some((rule) => namesService(rule, service) && rule.who(caller)),
    permitsFor: (caller, service) => {
      const permits = new Map<string, Permit>();
      for (const rule of allows) {
        if (!namesService(rule, service) || !rule.who(caller) || permits.has(pairOf(rule))) continue;
        permits.set(pairOf(rule), permitOf(rule));
      }
      return [...permits.values()];
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
    on: (rule.on ?? ["*"]).map(compileTemplate),
    role: rule.role ?? "",
    source: rule.credentials ?? defaultSource,
  };
}

function compileWho(who: WhoDocument | undefined): (caller: Caller) => boolean {
  if (who === undefined) return () => true;
  const tests: ((caller: Caller) => boolean)[] = [];
  if (who.authenticated === true) tests.push((caller) => caller.kind === "user");
  if (who.issuers !== undefined) {
    const issuers = new Set(who.issuers);
    tests.push((caller) => issuers.has(caller.issuer));
  }
  if (who.groups !== undefined) {
    const groups = new Set(who.groups);
    tests.push((caller) => caller.groups.some((group) => groups.has(group)));
  }
  for (const [claim, wanted] of Object.entries(who.claims ?? {})) {
    const values = new Set(typeof wanted === "string" ? [wanted] : wanted);
    tests.push((caller) => claimStrings(caller.claims[claim]).some((value) => values.has(value)));
  }
  return (caller) => tests.every((test) => test(caller));
}

function namesAction(rule: Rule, action: string): boolean {
  return rule.actions.some((pattern) => matchesAction(pattern, action));
}

function allowsAction(rule: Rule, action: string): boolean {
  if (!givesCredentials(action)) return namesAction(rule, action);
  return rule.actions.some((pattern) => pattern.toLowerCase() === action.toLowerCase());
}

function namesService(rule: Rule, service: string): boolean {
  return rule.actions.some(
    (pattern) => pattern === "*" || pattern.slice(0, pattern.indexOf(":")) === service,
  );
}
