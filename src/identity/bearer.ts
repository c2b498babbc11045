import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { findCookie } from "./cookie.ts";

/** What a request says of who sends it. */
export interface Presented {
  /** The token that policy reads. */
  readonly token: string;
  /** The ID token beside it, which serves the exchange alone. */
  readonly idToken: string | undefined;
  /** Whether the token came as a cookie, which a browser sends by itself. */
  readonly isCookie: boolean;
}

/** An SDK's signature. It proves nothing here, since any access key and secret will do: the token is what counts. */
const SIGV4 = "AWS4-HMAC-SHA256 ";

/** Longer than any token that Cognito issues to a caller whom AWS would still accept. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/** Where a credential may stand, besides the configured cookie. */
const PLACES = ["authorization", "x-amz-security-token", "x-postern-token", "x-postern-id-token"] as const;

/**
 * Finds the tokens of a request. These are all the combinations there are:
 *
 * | token                                            | in `X-Postern-Id-Token` |
 * |--------------------------------------------------|-------------------------|
 * | `Authorization: Bearer`                          | nothing, or an ID token |
 * | `X-Amz-Security-Token` of a SigV4 `Authorization`| nothing, or an ID token |
 * | `X-Postern-Token`, with such a signature or none | nothing, or an ID token |
 * | the configured cookie                            | nothing                 |
 *
 * Whatever else is presented makes the request a refusal: a second token is never just left aside. A session token that
 * is no JWT is somebody's real AWS credential, and the reader of tokens refuses it.
 *
 * @param cookie the name of the cookie that may bring a token, where there is one
 * @returns undefined where there is no credential in any of these places
 * @throws Refusal token-missing, two-tokens, token-malformed
 */
export function findTokens(headers: Headers, cookie?: string): Presented | undefined {
  if (headers.repeated.length > 0 && PLACES.some((place) => headers.repeated.includes(place)))
    throw new Refusal("two-tokens");
  const sent = cookie === undefined ? undefined : findCookie(headers, cookie);
  if (sent === undefined) return findInHeaders(headers);
  if (PLACES.some((place) => headers.has(place)))
    throw new Refusal("two-tokens", { detail: "a credential beside the cookie" });
  return { token: checked(sent), idToken: undefined, isCookie: true };
}

function findInHeaders(headers: Headers): Presented | undefined {
  const authorization = headers.get("authorization");
  const session = headers.get("x-amz-security-token");
  const own = headers.get("x-postern-token");
  const idToken = headers.get("x-postern-id-token");
  const bearer = authorization === undefined ? undefined : bearerOf(authorization);
  const [token, second] = [bearer, session, own].filter((value) => value !== undefined);
  if (second !== undefined) throw new Refusal("two-tokens");
  if (token === undefined) {
    if (idToken !== undefined) throw new Refusal("two-tokens", { detail: "an ID token beside no token" });
    if (authorization === undefined) return undefined;
    throw new Refusal("token-missing", { detail: "a signature without a session token" });
  }
  if (session !== undefined && authorization === undefined) {
    if (idToken !== undefined) throw new Refusal("two-tokens", { detail: "no SDK sends an ID token" });
    throw malformed("a session token without a signature");
  }
  return { token: checked(token), idToken: idToken && checked(idToken), isCookie: false };
}

function checked(token: string): string {
  if (token.length > MAX_TOKEN_LENGTH) throw malformed("the token is too long");
  return token;
}

/**
 * The token of a Bearer scheme, empty where there is none after it; undefined for an SDK's signature. The scheme is in
 * any case, then come spaces, then the token and nothing else (RFC 6750 section 2.1, RFC 9110 section 11.4).
 */
function bearerOf(authorization: string): string | undefined {
  if (authorization.startsWith(SIGV4)) return undefined;
  const space = authorization.indexOf(" ");
  const scheme = space === -1 ? authorization : authorization.slice(0, space);
  if (scheme.toLowerCase() !== "bearer") throw malformed("an Authorization scheme that is not Bearer");
  return authorization.slice(scheme.length).replace(/^ +/, "");
}

function malformed(detail: string): Refusal {
  return new Refusal("token-malformed", { detail });
}
