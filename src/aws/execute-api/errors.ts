import type { RefusalCode } from "../../domain/refusal.ts";
import type { RefusalAnswer, RefusalView } from "../service.ts";

/** API Gateway's own exceptions for ours (developer guide, gateway response types; answers as they were seen). */
const TYPES: Partial<Record<RefusalCode, string>> = {
  "token-missing": "MissingAuthenticationTokenException",
  "token-expired": "ExpiredTokenException",
  "token-malformed": "UnrecognizedClientException",
  "token-signature": "UnrecognizedClientException",
  "operation-unknown": "ForbiddenException",
  "header-not-allowed": "ForbiddenException",
  "query-not-allowed": "ForbiddenException",
  "origin-not-allowed": "ForbiddenException",
  "presigned-not-accepted": "ForbiddenException",
  "credentials-throttled": "TooManyRequestsException",
  overloaded: "TooManyRequestsException",
};

/** What all else is. */
const TYPES_BY_STATUS: ReadonlyMap<number, string> = new Map([
  [400, "BadRequestException"],
  [401, "UnauthorizedException"],
  [403, "AccessDeniedException"],
  [404, "NotFoundException"],
  [405, "ForbiddenException"],
  [411, "BadRequestException"],
  [413, "BadRequestException"],
  [426, "BadRequestException"],
  [503, "ServiceUnavailableException"],
]);
const FAILED = "InternalServerErrorException";

const TOO_MANY: ReadonlySet<RefusalCode> = new Set(["credentials-throttled", "overloaded"]);

/** Words a refusal as API Gateway does: the type in a header, and the sentence as JSON. */
export function refuseAsApiGateway(view: RefusalView): RefusalAnswer {
  return inWords(view, "message");
}

/** Words a refusal as the URL of a Lambda function does, which differs from API Gateway in a letter. */
export function refuseAsFunctionUrl(view: RefusalView): RefusalAnswer {
  return inWords(view, "Message");
}

function inWords({ code, sentence, status, requestId }: RefusalView, member: string): RefusalAnswer {
  return {
    status: TOO_MANY.has(code) ? 429 : status,
    headers: {
      "content-type": "application/json",
      "x-amzn-errortype": TYPES[code] ?? TYPES_BY_STATUS.get(status) ?? FAILED,
      "x-amzn-requestid": requestId,
    },
    body: JSON.stringify({ [member]: sentence }),
  };
}
