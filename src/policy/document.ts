import type { KnownAction } from "../domain/known-action.ts";

/** Whom a rule is about: all members that are given must hold. */
export interface WhoDocument {
  /** Any of these groups. */
  readonly groups?: readonly string[] | undefined;
  /** Each of these claims equals the value, or any of the values. */
  readonly claims?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Configured names of user pools and other issuers: any of them. */
  readonly issuers?: readonly string[] | undefined;
  /** OAuth scopes: all of them, so that a rule asks no less than the `requiredScopes` of a user pool do. */
  readonly scopes?: readonly string[] | undefined;
  /** Ids of app clients: any of them. Of an allow: users and machines that hold a token of one. */
  readonly clients?: readonly string[] | undefined;
  /** Every signed-in user. */
  readonly authenticated?: true | undefined;
  /** App clients with a token of their own, and nobody else. */
  readonly machine?: true | undefined;
  /** Requests without any credential, and nobody else; no other member stands beside it. */
  readonly guest?: true | undefined;
}

/** Conditions as IAM writes them: operator, then key, then a value or any of several. All operators and keys must hold. */
export type WhenDocument = Readonly<
  Record<string, Readonly<Record<string, WhenValue | readonly WhenValue[]>>>
>;

/** A value of a condition; numbers and truth values mean their texts. */
export type WhenValue = string | number | boolean;

/** A rule as it is written in the configuration. It has `allow` or `deny`, not both. */
export interface RuleDocument {
  readonly name: string;
  readonly who?: WhoDocument | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  readonly on?: readonly string[] | undefined;
  readonly when?: WhenDocument | undefined;
  readonly role?: string | undefined;
  readonly credentials?: string | undefined;
  /** Template of the role session's name, in place of the source's own. */
  readonly sessionName?: string | undefined;
  /** Seconds that a role session lasts, in place of the source's own. */
  readonly sessionDuration?: number | undefined;
  /** An IAM policy with `${claim:…}` in its values, in place of the session policy that is made from the rule. */
  readonly sessionPolicy?: Readonly<Record<string, unknown>> | undefined;
  /** Of an allow: how many requests may be under way by it. */
  readonly limits?: LimitsDocument | undefined;
}

/** How many requests may be under way at a time; at least one of the two is given. */
export interface LimitsDocument {
  readonly inFlight?: number | undefined;
  /** The same of one caller. */
  readonly inFlightPerCaller?: number | undefined;
}

/** The members of a rule that say how its role sessions are made. */
export const SESSION_MEMBERS = ["sessionName", "sessionDuration", "sessionPolicy"] as const;

/** How the role sessions of a source are made, as its settings say. */
export interface SessionPlan {
  /** Template, such as `${claim:sub}`. */
  readonly sessionName: string;
  /** 900 to 43,200. */
  readonly durationSeconds: number;
  /** Of AssumeRole: the key of each session tag, and the template of its value. */
  readonly tags: Readonly<Record<string, string>>;
  /** Whether sessions carry a source identity and tags: those of AssumeRole do. */
  readonly sourceIdentity: boolean;
  /** Whether a session policy made from the deciding rules goes with every session. */
  readonly downscope: boolean;
}

/** What rules need to know of a credential source. */
export interface SourceTraits {
  readonly kind: "identity-pool" | "identity-pool-basic" | "web-identity" | "assume-role";
  /** Of the sources that ask STS themselves; the enhanced flow of an identity pool has none. */
  readonly plan?: SessionPlan | undefined;
}

/** The credential sources that rules may refer to. */
export interface SourceNames {
  /** By their configured names. */
  readonly sources: ReadonlyMap<string, SourceTraits>;
  /** The sources of rules that name none, on the upstreams that say so. */
  readonly upstreamSources: ReadonlyMap<string, string>;
  /** The source of rules that name none, on every other upstream. */
  readonly defaultSource: string | undefined;
}

/** What rules may refer to. */
export interface PolicyNames extends SourceNames {
  /** Configured names of user pools and other issuers. */
  readonly issuers: readonly string[];
  /** Actions of the services that have an upstream, once for each; empty where nothing is known of any. */
  readonly actions: readonly KnownAction[];
  /** Whether there are upstreams besides, whose actions nobody knows. */
  readonly moreActions?: boolean | undefined;
}

/** What is wrong with a rule, and how to mend it. */
export interface Problem {
  /** From the list of rules down: index, member, index … */
  readonly path: readonly (string | number)[];
  readonly message: string;
}
