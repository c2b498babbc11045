import { LocalError } from "../request.ts";

/** In whose words a service refuses: S3's XML, the JSON protocols', the query protocol's, those of REST with JSON. */
export type Dialect = "s3" | "json" | "query" | "rest";

/** What can be wrong with the authentication of a request. */
export type Fault =
  | "missing-authentication"
  | "malformed-authorization"
  | "malformed-presigned"
  | "unknown-key"
  | "wrong-token"
  | "expired-token"
  | "wrong-signature"
  | "wrong-time"
  | "expired-presigned"
  | "unsigned-headers";

type Wording = readonly [code: string, status: number, message: string];

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const INVALID_TOKEN = "The security token included in the request is invalid.";
const EXPIRED_TOKEN = "The security token included in the request is expired";
const NO_TOKEN = "Request is missing Authentication Token";
const UNSIGNED = "A header of the request must be a 'SignedHeader' in the AWS Authorization.";

/**
 * Sources: Amazon S3 API Reference, "Error responses"; "Common Errors" in the API references of DynamoDB and STS;
 * what clients were seen to receive.
 */
const WORDINGS: Readonly<Record<Fault, Readonly<Record<Exclude<Dialect, "rest">, Wording>>>> = {
  "missing-authentication": {
    s3: ["AccessDenied", 403, "Access Denied"],
    json: ["MissingAuthenticationTokenException", 400, NO_TOKEN],
    query: ["MissingAuthenticationToken", 403, NO_TOKEN],
  },
  "malformed-authorization": {
    s3: ["AuthorizationHeaderMalformed", 400, "The authorization header is malformed"],
    json: ["IncompleteSignatureException", 400, "The authorization header is malformed"],
    query: ["IncompleteSignature", 400, "The authorization header is malformed"],
  },
  "malformed-presigned": {
    s3: ["AuthorizationQueryParametersError", 400, "The authorization parameters are malformed"],
    json: ["IncompleteSignatureException", 400, "The authorization parameters are malformed"],
    query: ["IncompleteSignature", 400, "The authorization parameters are malformed"],
  },
  "unknown-key": {
    s3: ["InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."],
    json: ["UnrecognizedClientException", 400, INVALID_TOKEN],
    query: ["InvalidClientTokenId", 403, INVALID_TOKEN],
  },
  "wrong-token": {
    s3: ["InvalidToken", 400, "The provided token is malformed or otherwise invalid."],
    json: ["UnrecognizedClientException", 400, INVALID_TOKEN],
    query: ["InvalidClientTokenId", 403, INVALID_TOKEN],
  },
  "expired-token": {
    s3: ["ExpiredToken", 400, "The provided token has expired."],
    json: ["ExpiredTokenException", 400, EXPIRED_TOKEN],
    query: ["ExpiredToken", 403, EXPIRED_TOKEN],
  },
  "wrong-signature": {
    s3: [
      "SignatureDoesNotMatch",
      403,
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    ],
    json: ["InvalidSignatureException", 400, MISMATCH],
    query: ["SignatureDoesNotMatch", 403, MISMATCH],
  },
  "wrong-time": {
    s3: [
      "RequestTimeTooSkewed",
      403,
      "The difference between the request time and the current time is too large.",
    ],
    json: ["InvalidSignatureException", 400, "Signature expired"],
    query: ["SignatureDoesNotMatch", 403, "Signature expired"],
  },
  "expired-presigned": {
    s3: ["AccessDenied", 403, "Request has expired"],
    json: ["InvalidSignatureException", 400, "Signature expired"],
    query: ["SignatureDoesNotMatch", 403, "Signature expired"],
  },
  "unsigned-headers": {
    s3: ["AccessDenied", 403, "There were headers present in the request which were not signed"],
    json: ["InvalidSignatureException", 400, UNSIGNED],
    query: ["SignatureDoesNotMatch", 403, UNSIGNED],
  },
};

/** The refusal of a fault in a service's own words; `message` replaces the usual sentence. */
export function refuse(
  fault: Fault,
  dialect: Dialect,
  more: { readonly message?: string; readonly fields?: Readonly<Record<string, string>> } = {},
): LocalError {
  const [code, status, message] = WORDINGS[fault][dialect === "rest" ? "json" : dialect];
  // API Gateway and Lambda have the names of the JSON protocols, and their statuses are those of HTTP.
  return new LocalError(code, more.message ?? message, dialect === "rest" ? 403 : status, more.fields ?? {});
}
