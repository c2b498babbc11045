import type { XmlMembers } from "../aws/strict-xml.ts";
import type { Caller } from "../domain/caller.ts";
import type { SigningCredentials } from "../signing/signing-key.ts";

/** What STS is asked to do. */
export type StsAction = "AssumeRole" | "AssumeRoleWithWebIdentity" | "GetCallerIdentity";

/** A parameter of an action, such as `RoleArn` or `Tags.member.1.Key`. */
export type Parameter = readonly [name: string, value: string];

/** One question to STS. */
export interface StsQuestion<T> {
  readonly action: StsAction;
  readonly parameters: readonly Parameter[];
  /** On whose behalf. */
  readonly caller: Caller;
  /** Undefined where the action is not signed. */
  readonly signedBy: SigningCredentials | undefined;
  /**
   * Reads the members of the action's result.
   *
   * @throws Refusal credentials-unavailable
   */
  readonly read: (result: XmlMembers) => T;
}

/**
 * Asks STS.
 *
 * @throws Refusal role-not-granted, credentials-refused, credentials-unavailable, credentials-throttled
 */
export type AskSts = <T>(question: StsQuestion<T>) => Promise<T>;
