import type { Session, Sessions } from "./session.ts";
import type { IamUser, World } from "./world.ts";

/**
 * Sessions, with the IAM users of a world among them.
 *
 * A user is a session that never ends and has no token; its ARN stands where a session's role would.
 */
export function withIamUsers(world: World, sessions: Sessions): Sessions {
  const users = new Map(world.iamUsers?.map((user) => [user.accessKeyId, sessionOf(world, user)]));
  return { ...sessions, find: (accessKeyId) => users.get(accessKeyId) ?? sessions.find(accessKeyId) };
}

function sessionOf({ account }: World, { name, accessKeyId, secretAccessKey }: IamUser): Session {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken: "",
    expiresAtMs: Infinity,
    roleArn: arn,
    userId: accessKeyId.replace(/^AKIA/, "AIDA"),
    assumedRoleArn: arn,
    tags: {},
    sessionPolicies: [],
    context: {},
  };
}
