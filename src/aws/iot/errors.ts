import type { RefusalAnswer, RefusalView } from "../service.ts";

/** The exceptions of AWS IoT's data plane by status (API reference, AWS IoT data plane, errors). */
const TYPES: ReadonlyMap<number, string> = new Map([
  [400, "InvalidRequestException"],
  [401, "UnauthorizedException"],
  [403, "ForbiddenException"],
  [404, "ResourceNotFoundException"],
  [405, "MethodNotAllowedException"],
  [411, "InvalidRequestException"],
  [413, "RequestEntityTooLargeException"],
  [426, "InvalidRequestException"],
  [503, "ServiceUnavailableException"],
]);
const FAILED = "InternalFailureException";
const UPGRADE_REQUIRED = 426;

/**
 * Words a refusal as AWS IoT's gateway does: the type in a header, the sentence and an id to ask about as JSON. An answer that
 * demands an upgrade says to what (RFC 9110 section 15.5.22).
 */
export function refuseAsIot({ sentence, status, requestId }: RefusalView): RefusalAnswer {
  return {
    status,
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": TYPES.get(status) ?? FAILED,
      "x-amzn-requestid": requestId,
      ...(status === UPGRADE_REQUIRED && { upgrade: "websocket" }),
    },
    body: JSON.stringify({ message: sentence, traceId: requestId }),
  };
}
