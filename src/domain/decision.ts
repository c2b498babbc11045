import type { RefusalCode } from "./refusal.ts";

/** The role that a rule gives: an ARN, or `pool` where the identity pool chooses. */
export type Role = string;

/** Leave to do one operation; the credential broker accepts nothing else. */
export interface Permit {
  readonly verdict: "permit";
  /** The name of the rule that decided. */
  readonly rule: string;
  readonly role: Role;
  /** The configured name of the credential source. */
  readonly source: string;
}

/** Why an operation may not be done. */
export interface Denial {
  readonly verdict: "denial";
  readonly reason: Extract<
    RefusalCode,
    "denied-by-rule" | "denied-no-rule" | "roles-disagree" | "claim-unusable"
  >;
  /** The deny rule that matched, or the rules that disagree. */
  readonly rule?: string;
  /** The requirement that no rule allows, or that a rule denies: for the log. */
  readonly detail: string;
}

/** What policy says of one caller and one operation. */
export type Decision = Permit | Denial;
