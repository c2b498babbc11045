import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import type { Credentials } from "../domain/credentials.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Broker } from "./broker.ts";
import { loginOf } from "./login.ts";
import { sessionParameters } from "./role-session.ts";
import { readStsCredentials } from "./sts-answer.ts";
import type { AskSts, Parameter } from "./sts-question.ts";

/**
 * Gives a token to STS for a role session.
 *
 * @param session {@link sessionParameters} of the permit
 * @throws Refusal as {@link AskSts}
 */
export type AssumeWithWebIdentity = (
  token: string,
  session: readonly Parameter[],
  caller: Caller,
) => Promise<Credentials>;

/** Of `WebIdentityToken` (AWS STS API reference). */
const MAX_TOKEN = 20_000;

/** Makes AssumeRoleWithWebIdentity (AWS STS API, 2011-06-15): unsigned, since the token says it all. */
export function createAssumeWithWebIdentity(askSts: AskSts, now: Clock): AssumeWithWebIdentity {
  return async (token, session, caller) => {
    if (token.length > MAX_TOKEN)
      throw new Refusal("credentials-refused", { detail: "the ID token is longer than STS takes" });
    return askSts({
      action: "AssumeRoleWithWebIdentity",
      parameters: [...session, ["WebIdentityToken", token]],
      caller,
      signedBy: undefined,
      read: (result) => readStsCredentials(result, now()),
    });
  };
}

/** The source that gives the caller's ID token straight to STS, by way of an OIDC provider of IAM. */
export function createWebIdentity(assume: AssumeWithWebIdentity): Broker {
  return async (permit, caller) => {
    const { token } = loginOf(caller);
    return assume(token, sessionParameters(permit), caller);
  };
}
