/** Every reason that Postern can give for not doing what was asked. */
export type RefusalCode = keyof typeof REFUSALS;

interface RefusalKind {
  /** HTTP status where the service has no word of its own for it. */
  readonly status: number;
  /** The public sentence: nothing in it depends on the request. */
  readonly sentence: string;
}

const kinds = <K extends string>(table: Readonly<Record<K, readonly [number, string]>>) =>
  Object.fromEntries(
    Object.entries<readonly [number, string]>(table).map(([code, [status, sentence]]) => [
      code,
      { status, sentence },
    ]),
  ) as Readonly<Record<K, RefusalKind>>;

/** Status and public sentence of each code. `WWW-Authenticate` goes with every `token-…` and `id-token-…` code. */
export const REFUSALS = kinds({
  "token-missing": [401, "The request carries no token."],
  "two-tokens": [401, "The request carries more than one credential."],
  "token-malformed": [401, "The token is not a well-formed JSON Web Token."],
  "token-signature": [401, "The token is not signed by a key of its issuer."],
  "token-expired": [401, "The token has expired."],
  "token-not-yet-valid": [401, "The token is not valid yet."],
  "token-issuer": [401, "The token's issuer is not accepted here."],
  "token-client": [401, "The token was issued to an app client that is not accepted here."],
  "token-use": [401, "This kind of token is not accepted here."],
  "token-scope": [403, "The token lacks a scope that is required here."],
  "token-revoked": [401, "The token has been revoked."],
  "id-token-required": [401, "The ID token is needed too: send it in X-Postern-Id-Token."],
  "id-token-mismatch": [401, "The ID token and the access token are not of one sign-in."],
  "origin-not-allowed": [403, "A request without a token in a header is not accepted from this origin."],
  "keys-unavailable": [503, "The issuer's signing keys cannot be had at the moment."],
  "target-malformed": [400, "The request target is not well formed."],
  "target-ambiguous": [400, "The request can be read in two ways."],
  "presigned-not-accepted": [403, "Presigned requests are not accepted; ask /.postern/presign for a URL."],
  "presign-refused": [403, "A presigned URL cannot be had for this request."],
  "authorize-refused": [403, "An outer proxy cannot have a signature for this request."],
  "upstream-unknown": [404, "No upstream is configured for this request."],
  "region-not-configured": [403, "The bucket is in a region that is not configured here."],
  "region-learned": [503, "The bucket is in another region than was tried; send the request again."],
  "redirect-not-followed": [502, "The upstream answered with a redirect, which is not followed."],
  "signature-refused": [502, "AWS did not accept the signature."],
  "answer-withheld": [502, "The answer repeats a credential, or may do so, and is not passed on."],
  "upgrade-required": [426, "This upstream is spoken to by WebSocket alone, in version 13."],
  "upgrade-not-accepted": [403, "This upgrade to another protocol is not accepted here."],
  "operation-unknown": [403, "Postern does not know this operation, so it cannot be decided."],
  "method-not-allowed": [405, "This method is not accepted."],
  "header-not-allowed": [403, "The request has a header that this operation does not accept."],
  "query-not-allowed": [403, "The request has a query parameter that this operation does not accept."],
  "denied-by-rule": [403, "A rule denies this operation."],
  "denied-no-rule": [403, "No rule allows this operation."],
  "roles-disagree": [403, "No single role is allowed all that this operation needs."],
  "claim-unusable": [403, "A claim that the rules need is missing or cannot be used."],
  "role-not-granted": [403, "This caller is not granted the role."],
  "role-mismatch": [403, "The credentials hold another role than the rule names."],
  "credentials-refused": [403, "AWS refused to give credentials for this caller."],
  "credentials-unavailable": [503, "AWS credentials cannot be had at the moment."],
  "credentials-throttled": [503, "Too many credentials are asked for at the moment."],
  "length-required": [411, "The length of the body must be stated."],
  "body-too-large": [413, "The body is larger than this upstream accepts."],
  "body-malformed": [400, "The body is not well formed."],
  "payload-mismatch": [400, "The body does not have the length that was stated."],
  overloaded: [503, "Too many requests are in flight."],
  locked: [403, "Postern is locked: an operator has stopped all that goes through it."],
  "upstream-unreachable": [502, "The upstream cannot be reached."],
  "upstream-timeout": [504, "The upstream did not answer in time."],
  internal: [500, "Something went wrong inside Postern."],
});

/** Details may quote a client, and a client may send much. */
const MAX_DETAIL = 256;

/**
 * What cannot go on: the one error class of Postern, thrown by any stage and answered at the edge.
 *
 * The code and its sentence are public. `detail` and `cause` go to the log and never to a client, and never hold a
 * token or a key.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly detail: string | undefined;

  constructor(code: RefusalCode, { cause, detail }: { cause?: unknown; detail?: string } = {}) {
    super(REFUSALS[code].sentence, cause === undefined ? undefined : { cause });
    this.name = "Refusal";
    this.code = code;
    this.detail = detail?.slice(0, MAX_DETAIL);
  }
}

/** Whether a refusal is about the token itself, so that another token would help. */
export function isTokenRefusal(code: RefusalCode): boolean {
  return REFUSALS[code].status === 401 || code === "token-scope";
}
