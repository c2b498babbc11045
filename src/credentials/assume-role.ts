import type { Clock } from "../domain/clock.ts";
import type { Permit } from "../domain/decision.ts";
import { Refusal } from "../domain/refusal.ts";
import type { SigningCredentials } from "../signing/signing-key.ts";
import type { Broker } from "./broker.ts";
import { sessionParameters } from "./role-session.ts";
import { readStsCredentials } from "./sts-answer.ts";
import type { AskSts, Parameter } from "./sts-question.ts";

/**
 * Gives the AWS credentials of Postern itself: while they are good as the same object, since its keys are found by it.
 *
 * @throws Refusal credentials-unavailable
 */
export type Ambient = () => Promise<SigningCredentials>;

/** What {@link createAssumeRole} needs. */
export interface AssumeRoleOptions {
  readonly askSts: AskSts;
  /** Who assumes the roles. */
  readonly ambient: Ambient;
  /** What the roles' trust policies may ask for, where they belong to another account. */
  readonly externalId: string | undefined;
  readonly now: Clock;
}

/**
 * The source in which Postern assumes the role as itself (AssumeRole, AWS STS API, 2011-06-15), telling AWS by session
 * name, source identity and tags for whom. It needs no login, so it serves machines too; nobody can be named for a
 * guest.
 */
export function createAssumeRole({ askSts, ambient, externalId, now }: AssumeRoleOptions): Broker {
  return async (permit, caller) => {
    if (caller.kind === "guest")
      throw new Refusal("credentials-refused", { detail: "no role is assumed for guests" });
    const parameters = parametersOf(permit, externalId);
    return askSts({
      action: "AssumeRole",
      parameters,
      caller,
      signedBy: await ambient(),
      read: (result) => readStsCredentials(result, now()),
    });
  };
}

function parametersOf(permit: Permit, externalId: string | undefined): readonly Parameter[] {
  const parameters = sessionParameters(permit);
  const { sourceIdentity, tags = [] } = permit.session ?? {};
  if (sourceIdentity !== undefined) parameters.push(["SourceIdentity", sourceIdentity]);
  for (const [at, [key, value]] of tags.entries())
    parameters.push([`Tags.member.${at + 1}.Key`, key], [`Tags.member.${at + 1}.Value`, value]);
  if (externalId !== undefined) parameters.push(["ExternalId", externalId]);
  return parameters;
}
