import { exceptionFor } from "../exceptions.ts";
import type { RefusalAnswer, RefusalView } from "../service.ts";

const CORAL = "com.amazon.coral.service#";
const DYNAMODB = "com.amazonaws.dynamodb.v20120810#";

/** DynamoDB's own, where others have AWS's. Clients of its streams read it too. */
const FAILED = "InternalServerError";

/**
 * Words a refusal as DynamoDB does: the type in body and header, and HTTP 400 for whatever the client could mend, but 413
 * for a body that is too large.
 */
export function refuseAsDynamoDb({ code, sentence, status, requestId }: RefusalView): RefusalAnswer {
  const name = exceptionFor(code, status, FAILED);
  return {
    status: status >= 500 || status === 413 ? status : 400,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-errortype": name,
      "x-amzn-requestid": requestId,
    },
    body: JSON.stringify({ __type: (name === FAILED ? DYNAMODB : CORAL) + name, message: sentence }),
  };
}
