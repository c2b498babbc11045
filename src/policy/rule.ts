import type { Caller } from "../domain/caller.ts";
import type { RuleDocument } from "./document.ts";
import { claimsForPattern, compileTemplate, fillTemplate } from "./template.ts";
import { compileWho } from "./who.ts";

/** A rule made ready to decide with. */
export interface Rule {
  readonly name: string;
  readonly written: RuleDocument;
  /** Place in the file; order chooses the role, never the verdict. */
  readonly order: number;
  readonly who: (caller: Caller) => boolean;
  readonly actions: readonly string[];
  /** Its resource patterns as they read for a caller; undefined in place of one with a claim that cannot be used. */
  readonly on: (caller: Caller) => readonly (string | undefined)[];
}

/** Prepares a rule once. It must be free of problems (`problemsOf`). */
export function compileRule(rule: RuleDocument, order: number): Rule {
  return {
    name: rule.name,
    written: rule,
    order,
    who: compileWho(rule.who, rule.deny === undefined ? "allow" : "deny"),
    actions: rule.allow ?? rule.deny ?? [],
    on: compileOn(rule.on ?? ["*"]),
  };
}

/** Patterns without claims read the same for everybody, and are not made anew for each request. */
function compileOn(patterns: readonly string[]): Rule["on"] {
  const templates = patterns.map(compileTemplate);
  if (templates.every(({ parts }) => parts.length === 1)) return () => patterns;
  return (caller) => {
    const read = claimsForPattern(caller);
    return templates.map((template) => fillTemplate(template, read));
  };
}
