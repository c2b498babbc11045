import { encode } from "cborg";
import { crc32 } from "node:zlib";
import { isApiService } from "./guard/api-actions.ts";
import { renderJsonError, renderQueryError, renderS3Error } from "./guard/error-answer.ts";
import { cognitoRefusal } from "./identity/json-service.ts";
import { protocolOf } from "./protocol.ts";
import { LocalError } from "./request.ts";
import type { LocalAnswer, LocalRequest } from "./request.ts";
import { headersOf } from "./service-of.ts";

/** What was asked, and of whom. */
export interface Asked {
  /** The signing name. */
  readonly service: string;
  readonly request: LocalRequest;
}

/** Errors of SQS by the names that they have in the query protocol (Amazon SQS API reference, "Errors"). */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
};

/** Services that are REST with JSON. */
const REST: ReadonlySet<string> = new Set(["execute-api", "lambda", "iot", "iotdevicegateway"]);

/** What SNS calls what IAM does not allow (Amazon SNS API reference, `Publish`, errors). */
const DENIED_BY_SNS = "AuthorizationError";

/** Words a refusal as its service does, in the protocol of the request. */
export function refusalAnswer(
  error: LocalError,
  { service, request }: Asked,
  requestId: string,
): LocalAnswer {
  if (service === "s3") return renderS3Error(error, requestId, request.target.replace(/\?.*/s, ""));
  if (service === "sts") return renderQueryError(error, requestId);
  if (service.startsWith("cognito-")) return cognitoRefusal(error);
  if (REST.has(service)) return renderRestError(error, service);
  if (isApiService(service)) return renderApiError(error, { service, request }, requestId);
  const answer = renderJsonError(error, requestId);
  if (service !== "dynamodb") return answer;
  return { ...answer, headers: { ...answer.headers, "x-amz-crc32": String(crc32(answer.body)) } };
}

/** The type in a header; API Gateway and Lambda begin the message with a capital letter where IAM speaks. */
function renderRestError(error: LocalError, service: string): LocalAnswer {
  const member = error.code === "AccessDeniedException" && service !== "iot" ? "Message" : "message";
  return {
    status: error.status,
    headers: { "content-type": "application/json", "x-amzn-errortype": error.code },
    body: JSON.stringify({ [member]: error.message, ...error.fields }),
  };
}

function renderApiError(error: LocalError, { service, request }: Asked, requestId: string): LocalAnswer {
  const header = headersOf(request.rawHeaders);
  const protocol = protocolOf(header);
  const isDenied = service === "sns" && error.code === "AccessDenied";
  const code = isDenied ? DENIED_BY_SNS : (QUERY_CODES[error.code] ?? error.code);
  if (protocol === "query") {
    return renderQueryError(new LocalError(code, error.message, error.status, error.fields), requestId);
  }
  const answer = renderJsonError(error, requestId);
  if (protocol === "rpc-v2-cbor") return inCbor(answer);
  if (header("x-amzn-query-mode") !== "true") return answer;
  const side = error.status < 500 ? "Sender" : "Receiver";
  return { ...answer, headers: { ...answer.headers, "x-amzn-query-error": `${code};${side}` } };
}

function inCbor({ status, headers, body }: LocalAnswer & { readonly body: string }): LocalAnswer {
  const { "x-amzn-errortype": _ofJson, ...others } = headers;
  return {
    status,
    headers: { ...others, "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
    body: Buffer.from(encode(JSON.parse(body))),
  };
}
