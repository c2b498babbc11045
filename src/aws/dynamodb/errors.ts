import type { RefusalCode } from "../../domain/refusal.ts";
import type { RefusalAnswer, RefusalView } from "../service.ts";

const CORAL = "com.amazon.coral.service#";
const DYNAMODB = "com.amazonaws.dynamodb.v20120810#";

/** DynamoDB's own exceptions for ours (developer guide, Programming.Errors); all else is AccessDeniedException. */
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
  "signature-refused": `${DYNAMODB}InternalServerError`,
  overloaded: `${CORAL}ThrottlingException`,
  "upstream-unreachable": `${CORAL}ServiceUnavailableException`,
  "upstream-timeout": `${CORAL}ServiceUnavailableException`,
  internal: `${DYNAMODB}InternalServerError`,
};

/** Words a refusal as DynamoDB does: HTTP 400 for whatever the client could mend, the type in body and header. */
export function refuseAsDynamoDb({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  const type = TYPES[code] ?? `${CORAL}AccessDeniedException`;
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
