import type { Caller } from "../../domain/caller.ts";
import type { Rule } from "../rule.ts";
import { canBeFilled, isToldByAws, sessionCondition } from "./session-condition.ts";
import type { Scope } from "./session-policy.ts";
import { claimsForPattern } from "../template.ts";

/** An allow as its session policy says it to AWS. Conditions that AWS cannot tell have been told by Postern. */
export function allowScope(rule: Rule, caller: Caller): Scope {
  return scopeOf(rule, caller, []);
}

/**
 * A deny as session policies say it to AWS; undefined where they do not: it is about others, or Postern alone can tell
 * its conditions, and without them it would deny what the rules allow. Postern enforces it all the same.
 */
export function denyScope(rule: Rule, caller: Caller): Scope | undefined {
  const { who, when, written } = rule;
  const isTold =
    when.ofCallerAlone ||
    (isToldByAws(written.when ?? {}) && canBeFilled(written.when ?? {}, claimsForPattern(caller)));
  return who(caller) && isTold ? scopeOf(rule, caller, ["*"]) : undefined;
}

/** A rule as it reads for the caller, with what stands for a pattern whose claim cannot be used. */
function scopeOf({ actions, on, written }: Rule, caller: Caller, instead: readonly string[]): Scope {
  return {
    actions,
    resources: on(caller).flatMap((pattern) => pattern ?? instead),
    condition: sessionCondition(written.when, claimsForPattern(caller)),
  };
}
