import type { RefusalCode } from "../../domain/refusal.ts";
import type { RefusalAnswer, RefusalView } from "../service.ts";

const CORAL = "com.amazon.coral.service#";
const DYNAMODB = "com.amazonaws.dynamodb.v20120810#";

/** DynamoDB's own exceptions for ours (developer guide, Programming.Errors). */
const TYPES: Partial<Record<RefusalCode, string>> = {
  "token-missing": `${CORAL}MissingAuthenticationTokenException`,
  "token-expired": `${CORAL}ExpiredTokenException`,
  "token-malformed": `${CORAL}UnrecognizedClientException`,
  "token-signature": `${CORAL}UnrecognizedClientException`,
  "keys-unavailable": `${CORAL}ServiceUnavailableException`,
  "target-malformed": `${CORAL}SerializationException`,
  "target-ambiguous": `${CORAL}ValidationException`,
  "credentials-unavailable": `${CORAL}ServiceUnavailableException`,
  "credentials-throttled": `${CORAL}ThrottlingException`,
  "length-required": `${CORAL}SerializationException`,
  "body-too-large": `${CORAL}ValidationException`,
  "body-malformed": `${CORAL}SerializationException`,
  "payload-mismatch": `${CORAL}SerializationException`,
  "operation-unknown": `${CORAL}UnknownOperationException`,
  overloaded: `${CORAL}ThrottlingException`,
  "upstream-unreachable": `${CORAL}ServiceUnavailableException`,
  "upstream-timeout": `${CORAL}ServiceUnavailableException`,
};

/** What all else is, by whether the client could mend it. Both are read by the clients of DynamoDB and of its streams. */
const DENIED = `${CORAL}AccessDeniedException`;
const FAILED = `${DYNAMODB}InternalServerError`;

/**
 * Words a refusal as DynamoDB does: the type in body and header, and HTTP 400 for whatever the client could mend, but 413
 * for a body that is too large.
 */
export function refuseAsDynamoDb({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  const type = TYPES[code] ?? (status >= 500 ? FAILED : DENIED);
  return {
    status: status >= 500 || status === 413 ? status : 400,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-errortype": type.slice(type.indexOf("#") + 1),
      "x-amzn-requestid": requestId,
    },
    body: JSON.stringify({ __type: type, message: sentence }),
  };
}
