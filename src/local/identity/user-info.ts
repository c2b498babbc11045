import { textClaim } from "./claim-values.ts";
import { readAccessToken } from "./user-pool-state.ts";
import type { UserPoolState } from "./user-pool-state.ts";

/** The answer of `/oauth2/userInfo`. */
export interface UserInfoAnswer {
  readonly status: 200 | 400 | 401;
  readonly headers: Record<string, string>;
  readonly body: Readonly<Record<string, string>>;
}

/** The attributes of the user of an access token with the scope `openid`; all of them texts, as Cognito gives them. */
export async function userInfo(
  state: UserPoolState,
  authorization: string | undefined,
): Promise<UserInfoAnswer> {
  const [, token] = /^Bearer (\S+)$/i.exec(authorization ?? "") ?? [];
  if (token === undefined)
    return refused(400, "invalid_request", "The bearer token is missing or malformed.");
  const claims = await readAccessToken(state, token);
  if (typeof claims === "string" || !textClaim(claims, "scope")?.split(" ").includes("openid")) {
    const why = "Access token is expired, disabled, or deleted, or the user has globally signed out.";
    const reason = typeof claims === "string" ? why : "Access token does not contain openid scope";
    return refused(401, "invalid_token", reason);
  }
  const user = state.world.userPool.users.find((each) => each.sub === claims["sub"]);
  if (user === undefined) return refused(401, "invalid_token", "The user is gone.");
  const { sub, username, attributes } = user;
  return { status: 200, headers: { "cache-control": "no-store" }, body: { sub, ...attributes, username } };
}

function refused(status: 400 | 401, error: string, description: string): UserInfoAnswer {
  return {
    status,
    headers: { "www-authenticate": `Bearer error="${error}", error_description="${description}"` },
    body: { error, error_description: description },
  };
}
