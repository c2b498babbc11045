import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";

const SIGV4 = "AWS4-HMAC-SHA256 ";

/** Longer than any token that Cognito issues to a caller whom AWS would still accept. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/**
 * Finds the one token of a request: `Authorization: Bearer`, the session token of an SDK-signed request, or
 * `X-Postern-Token`.
 *
 * An SDK's own signature proves nothing, since any access key and secret will do; the token is what counts. A session
 * token that is no JWT is somebody's real AWS credential: it is refused, and nothing else of the request is used.
 *
 * @throws Refusal token-missing, two-tokens, token-malformed
 */
export function findToken(headers: Headers): string {
  const authorization = headers.get("authorization");
  const bearer = authorization === undefined ? undefined : bearerOf(authorization);
  const session = headers.get("x-amz-security-token");
  const own = headers.get("x-postern-token");
  const found = [bearer, session, own].filter((token) => token !== undefined);
  const [token] = found;
  if (found.length > 1) throw new Refusal("two-tokens");
  if (token === undefined) throw new Refusal("token-missing");
  if (session !== undefined && authorization === undefined) {
    throw new Refusal("token-malformed", { detail: "a session token without a signature" });
  }
  if (token.length > MAX_TOKEN_LENGTH)
    throw new Refusal("token-malformed", { detail: "the token is too long" });
  return token;
}

/** The token of a Bearer scheme; undefined for an SDK's signature. */
function bearerOf(authorization: string): string | undefined {
  if (authorization.startsWith(SIGV4)) return undefined;
  const space = authorization.indexOf(" ");
  const scheme = space === -1 ? authorization : authorization.slice(0, space);
  if (scheme.toLowerCase() !== "bearer") {
    throw new Refusal("token-malformed", { detail: "an Authorization scheme that is not Bearer" });
  }
  return authorization.slice(scheme.length).trim();
}
