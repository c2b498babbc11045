import type { Caller } from "../domain/caller.ts";
import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { findTokens } from "../identity/bearer.ts";

/**
 * Refuses a caller for an API that has an authorizer of its own, unless an access token says who it is. An ID token says
 * who somebody is, and is not sent to who asks what somebody may do.
 *
 * @throws Refusal token-use
 */
export function checkAccessToken({ claims }: Caller): void {
  if (claims["token_use"] !== "access")
    throw new Refusal("token-use", { detail: "the API wants an access token" });
}

/**
 * The access token by which a caller was verified.
 *
 * @param cookie name of the cookie that may bring a token; undefined where there is none
 * @throws Refusal token-use
 */
export function accessTokenOf(headers: Headers, cookie: string | undefined, caller: Caller): string {
  checkAccessToken(caller);
  const presented = findTokens(headers, cookie);
  if (presented === undefined) throw new Refusal("token-use", { detail: "no token to pass on" });
  return presented.token;
}
