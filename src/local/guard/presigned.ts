import type { LocalError } from "../request.ts";
import { readCredential, readSignedHeaders } from "./credential.ts";
import type { Authorization } from "./credential.ts";
import { refuse } from "./fault.ts";
import type { Dialect } from "./fault.ts";
import { singleQuery } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import { dialectOf, rulesOf } from "./service-rules.ts";
import { isBasicTime } from "./timestamp.ts";

const WEEK_SECONDS = 604_800;
const INCOMPLETE =
  "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";

/**
 * Reads the signature in the query of a presigned request; each parameter must be there once.
 *
 * @throws LocalError in the dialect of the service.
 */
export function readPresigned(head: RequestHead): Authorization {
  const guess = dialectOf(head);
  const credential = singleQuery(head, "X-Amz-Credential");
  if (credential === undefined) throw malformed(INCOMPLETE, guess);
  const { accessKeyId, scope } = readCredential(credential, (message) => malformed(message, guess));
  const { dialect, tokenAfterSigning } = rulesOf(scope.service);
  const signature = singleQuery(head, "X-Amz-Signature");
  const timestamp = singleQuery(head, "X-Amz-Date");
  const signedHeaders = singleQuery(head, "X-Amz-SignedHeaders");
  if (signature === undefined || timestamp === undefined || signedHeaders === undefined) {
    throw malformed(INCOMPLETE, dialect);
  }
  if (singleQuery(head, "X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") {
    throw malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"', dialect);
  }
  if (!isBasicTime(timestamp)) {
    throw malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"", dialect);
  }
  return {
    form: "query",
    accessKeyId,
    scope,
    signedHeaders: readSignedHeaders(signedHeaders),
    signature,
    timestamp,
    expiresSeconds: readExpires(head, dialect, tokenAfterSigning),
    token: singleQuery(head, "X-Amz-Security-Token"),
  };
}

/** Device connections do without an expiry of their own. */
function readExpires(head: RequestHead, dialect: Dialect, optional: boolean): number | undefined {
  const text = singleQuery(head, "X-Amz-Expires");
  if (text === undefined) {
    if (optional) return undefined;
    throw malformed(INCOMPLETE, dialect);
  }
  if (!/^-?\d+$/.test(text)) throw malformed("X-Amz-Expires should be a number", dialect);
  const seconds = Number(text);
  if (seconds < 1) throw malformed("X-Amz-Expires must be non-negative", dialect);
  if (seconds > WEEK_SECONDS) {
    throw malformed(`X-Amz-Expires must be less than a week (in seconds) that is ${WEEK_SECONDS}`, dialect);
  }
  return seconds;
}

function malformed(message: string, dialect: Dialect): LocalError {
  return refuse("malformed-presigned", dialect, { message });
}
