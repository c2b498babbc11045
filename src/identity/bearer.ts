import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";

/** An SDK's signature. It proves nothing here, since any access key and secret will do: the token is what counts. */
const SIGV4 = "AWS4-HMAC-SHA256 ";

/** Longer than any token that Cognito issues to a caller whom AWS would still accept. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/** Where a credential may stand. */
const PLACES = ["authorization", "x-amz-security-token", "x-postern-token", "x-postern-id-token"] as const;

/**
 * Finds the one token of a request: `Authorization: Bearer`, the session token of an SDK-signed request, or
 * `X-Postern-Token`.
 *
 * Whatever else is presented beside it makes the request a refusal: a second token is never just left aside. A session
 * token that is no JWT is somebody's real AWS credential, and the reader of tokens refuses it.
 *
 * @throws Refusal token-missing, two-tokens, token-malformed
 */
export function findToken(headers: Headers): string {
  const authorization = headers.get("authorization");
  const session = headers.get("x-amz-security-token");
  const own = headers.get("x-postern-token");
  const bearer = authorization === undefined ? undefined : bearerOf(authorization);
  const [token, second] = [bearer, session, own].filter((value) => value !== undefined);
  if (second !== undefined || PLACES.some((place) => headers.repeated.includes(place)))
    throw new Refusal("two-tokens");
  if (token === undefined) throw new Refusal("token-missing");
  if (headers.has("x-postern-id-token")) throw new Refusal("two-tokens");
  if (session !== undefined && authorization === undefined)
    throw malformed("a session token without a signature");
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
