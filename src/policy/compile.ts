import type { Caller } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import type { Requirement } from "../domain/operation.ts";
import type { RuleDocument } from "./document.ts";
import { type Allow, compileAllow, compileLeave, type Leave, type PolicyOptions } from "./grant.ts";
import { givesCredentials, matchesAction } from "./pattern.ts";
import { compileRule, type Rule } from "./rule.ts";

/** The rules that can matter for one action. */
export interface Candidates {
  readonly denies: readonly Rule[];
  readonly allows: readonly Allow[];
}

/** A policy ready to decide: immutable but for its memory of what it was asked. */
export interface Policy {
  /** Rules whose action patterns mean the requirement's action (or, for denies, one that it covers). */
  readonly candidates: (requirement: Requirement) => Candidates;
  /** What allows that give the same on an upstream give together; they stand in file order. */
  readonly together: (allows: readonly [Allow, ...Allow[]], upstream: string) => Leave;
  /** Whether any allow for this caller names the service: before its body is read. */
  readonly mayUse: (caller: Caller, service: string) => boolean;
  /**
   * What the allows for this caller on an upstream give, each candidate once and none whose role session cannot be
   * made: for telling, not for deciding.
   */
  readonly permitsFor: (caller: Caller, upstream: UpstreamNames) => readonly Permit[];
}

/** An upstream's configured name, and its service's signing name. */
export interface UpstreamNames {
  readonly name: string;
  readonly service: string;
}

/** Actions come from tables and rules are few; this only bounds a mistake. */
const MAX_REMEMBERED = 4096;

/** Prepares rules once. They must be free of problems (`problemsOf`). */
export function compilePolicy(documents: readonly RuleDocument[], options: PolicyOptions): Policy {
  const rules = documents.map(compileRule);
  const denies = rules.filter(({ written }) => written.deny !== undefined);
  const material = { ...options, denies, manyIssuers: issuersIn(documents).size > 1 };
  const allows = rules
    .filter(({ written }) => written.allow !== undefined)
    .map((rule) => compileAllow(rule, material));
  const found = new Map<string, Candidates>();
  const leaves = new Map<string, Leave>();
  const candidatesFor = ([action, ...covers]: readonly [string, ...string[]]): Candidates => ({
    denies: denies.filter((rule) => [action, ...covers].some((one) => namesAction(rule, one))),
    allows: allows.filter((rule) => allowsAction(rule, action)),
  });
  const forCaller = (caller: Caller, service: string): readonly Allow[] =>
    allows.filter((rule) => namesService(rule, service) && rule.who(caller));
  return {
    candidates: ({ action, covers }) => {
      const key = covers === undefined ? action : `${action} ${covers.join(" ")}`;
      return found.get(key) ?? remember(found, key, candidatesFor([action, ...(covers ?? [])]));
    },
    together: (these, upstream) => {
      const { source, leave } = these[0].grantOn(upstream);
      if (these.length === 1) return leave;
      const key = `${source} ${these.map(({ order }) => order).join(" ")}`;
      return leaves.get(key) ?? remember(leaves, key, compileLeave(these, source, material));
    },
    mayUse: (caller, service) => forCaller(caller, service).length > 0,
    permitsFor: (caller, { name, service }) => {
      const firsts = new Map<string, Permit>();
      for (const { grantOn } of forCaller(caller, service)) {
        const { candidate, leave } = grantOn(name);
        const permit = firsts.get(candidate) ?? leave(caller);
        if (permit.verdict === "permit") firsts.set(candidate, permit);
      }
      return [...firsts.values()];
    },
  };
}

/** The issuers that callers may come from: with more than one configured, every allow but those for guests names its own. */
function issuersIn(documents: readonly RuleDocument[]): ReadonlySet<string> {
  return new Set(documents.flatMap(({ allow, who }) => (allow === undefined ? [] : (who?.issuers ?? []))));
}

function remember<T>(known: Map<string, T>, key: string, value: T): T {
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(key, value);
  return value;
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
