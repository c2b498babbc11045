import type { Permit } from "../domain/decision.ts";
import { Refusal } from "../domain/refusal.ts";
import { isRoleArn } from "./role-arn.ts";
import type { Parameter } from "./sts-question.ts";

/**
 * What both AssumeRole actions are told of the session that is wanted.
 *
 * @throws Refusal internal, where the permit was not made for a source that asks STS itself
 */
export function sessionParameters({ rule, role, session }: Permit): Parameter[] {
  if (session === undefined || !isRoleArn(role))
    throw new Refusal("internal", { detail: `rule ${rule} names no role session` });
  return [
    ["RoleArn", role],
    ["RoleSessionName", session.name],
    ["DurationSeconds", String(session.durationSeconds)],
    ...(session.policy === undefined ? [] : [["Policy", session.policy] as const]),
  ];
}
