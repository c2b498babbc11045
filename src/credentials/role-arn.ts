import type { Permit } from "../domain/decision.ts";

/** The role of a rule that leaves the choice to the identity pool. */
export const POOL = "pool";

/**
 * Whether an assumed-role ARN is a session of the permitted role: same partition, account and role name, whatever the
 * role's path; and of the session's name, where the permit has one. `pool` takes a session of any role.
 */
export function grants(assumedRoleArn: string, { role, session }: Pick<Permit, "role" | "session">): boolean {
  const assumed = ASSUMED.exec(assumedRoleArn)?.groups;
  if (assumed === undefined) return false;
  if (session !== undefined && assumed["session"] !== session.name) return false;
  if (role === POOL) return true;
  const named = ROLE.exec(role)?.groups;
  if (named === undefined) return false;
  return (["partition", "account", "name"] as const).every((part) => assumed[part] === named[part]);
}

/** Whether a role can be named to AWS. */
export function isRoleArn(role: string): boolean {
  return ROLE.test(role);
}

const ASSUMED =
  /^arn:(?<partition>[\w-]+):sts::(?<account>\d{12}):assumed-role\/(?<name>[\w+=,.@-]+)\/(?<session>[\w+=,.@-]+)$/;
const ROLE = /^arn:(?<partition>[\w-]+):iam::(?<account>\d{12}):role\/(?:[!-~]*\/)?(?<name>[\w+=,.@-]+)$/;
