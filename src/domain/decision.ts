import type { RefusalCode } from "./refusal.ts";

/** The role that a rule gives: an ARN, or `pool` where the identity pool chooses. */
export type Role = string;

/** How STS is asked for a role session, where Postern asks it itself: all of it shapes the credentials. */
export interface RoleSession {
  /** `RoleSessionName`: 2–64 of `[\w+=,.@-]`. */
  readonly name: string;
  /** Of AssumeRole: what stays with the session through every further role. */
  readonly sourceIdentity: string | undefined;
  /** Session tags; of AssumeRole alone, since web identities bring theirs in the token. */
  readonly tags: readonly (readonly [key: string, value: string])[];
  /** The session policy as JSON: AWS allows no more than it and the role both allow. */
  readonly policy: string | undefined;
  readonly durationSeconds: number;
  /** Of all the above: the session's part of every cache key. */
  readonly digest: string;
}

/** How many requests may be under way at a time by one rule. */
export interface RuleLimits {
  /** Its name. */
  readonly rule: string;
  readonly inFlight?: number | undefined;
  /** The same of one caller; all guests are one. */
  readonly inFlightPerCaller?: number | undefined;
}

/** Leave to do one operation; the credential broker accepts nothing else. */
export interface Permit {
  readonly verdict: "permit";
  /** The name of the rule that decided. */
  readonly rule: string;
  readonly role: Role;
  /** The configured name of the credential source. */
  readonly source: string;
  /** Where the source is STS; the enhanced flow of an identity pool takes no wishes. */
  readonly session?: RoleSession | undefined;
  /** Of the rules that decided, those that have any; undefined where none has. */
  readonly limits?: readonly RuleLimits[] | undefined;
  /** No rule allows it: it was let through to be recorded. */
  readonly recorded?: true;
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
