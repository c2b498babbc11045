import type { Decision } from "../domain/decision.ts";

/** What a policy says of one operation of one caller, rule by rule. */
export interface Explanation {
  /** The very value that `decide` gives. */
  readonly decision: Decision;
  /** Every rule, in file order. */
  readonly rules: readonly RuleAccount[];
}

/** What one rule says. */
export interface RuleAccount {
  readonly rule: string;
  readonly effect: "allow" | "deny";
  /**
   * - `decides`: it gave the verdict, alone or with others;
   * - `matches`: it means a requirement, and another rule decided;
   * - `no`: it means none of the requirements.
   */
  readonly verdict: "decides" | "matches" | "no";
  /** Why the rule is not about this caller, in words; undefined where it is, and then it was held against every requirement. */
  readonly notFor?: string | undefined;
  /** One for each requirement, in their order; empty where the rule is not about the caller. */
  readonly readings: readonly Reading[];
  /** Why the role session of an allow that matches cannot be made, in words. */
  readonly withoutSession?: string | undefined;
}

/** What a rule says of one requirement. */
export interface Reading {
  readonly action: string;
  readonly resource: string;
  readonly matches: boolean;
  /** The first part of the rule that stands against it; undefined where it matches. */
  readonly against?: "action" | "resource" | "condition" | "guarded" | undefined;
  /** In words, without the value of any claim: what the rule says there, or by what a deny matches. */
  readonly why: string;
}
