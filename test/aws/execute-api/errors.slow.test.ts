import { ApiGatewayManagementApiClient, GetConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import { describe, expect, it } from "vitest";
import { refuseAsApiGateway, refuseAsFunctionUrl } from "../../../src/aws/execute-api/errors.ts";
import { REFUSALS, type RefusalCode } from "../../../src/domain/refusal.ts";
import { refusedClient } from "../../support/refused-client.ts";

const requestId = "11112222-3333-4444-8555-666677778888";
const answer = (code: RefusalCode) => refuseAsApiGateway({ code, requestId, ...REFUSALS[code] });
const codes = Object.keys(REFUSALS) as RefusalCode[];

describe("a refusal to a client of an API", () => {
  it.each(codes)("%s is worded as API Gateway and Lambda do", (code) => {
    const { sentence, status } = REFUSALS[code];
    const { headers, body, status: own } = answer(code);
    expect(JSON.parse(String(body))).toEqual({ message: sentence });
    expect(headers).toMatchObject({ "content-type": "application/json", "x-amzn-requestid": requestId });
    expect([status, 429]).toContain(own);
    expect(/^(?:Service|Internal|TooMany)/.test(headers["x-amzn-errortype"] ?? "")).toBe(status >= 500);
    const ofUrl = refuseAsFunctionUrl({ code, requestId, ...REFUSALS[code] });
    expect(ofUrl).toEqual({ ...answer(code), body: JSON.stringify({ Message: sentence }) });
  });

  it.each([
    ["token-missing", "MissingAuthenticationTokenException", 401],
    ["token-expired", "ExpiredTokenException", 401],
    ["token-signature", "UnrecognizedClientException", 401],
    ["token-revoked", "UnauthorizedException", 401],
    ["token-scope", "AccessDeniedException", 403],
    ["denied-no-rule", "AccessDeniedException", 403],
    ["operation-unknown", "ForbiddenException", 403],
    ["header-not-allowed", "ForbiddenException", 403],
    ["target-ambiguous", "BadRequestException", 400],
    ["upstream-unknown", "NotFoundException", 404],
    ["body-too-large", "BadRequestException", 413],
    ["overloaded", "TooManyRequestsException", 429],
    ["credentials-throttled", "TooManyRequestsException", 429],
    ["keys-unavailable", "ServiceUnavailableException", 503],
    ["upstream-unreachable", "InternalServerErrorException", 502],
    ["upstream-timeout", "InternalServerErrorException", 504],
    ["internal", "InternalServerErrorException", 500],
  ] as const)("%s is raised as %s", async (code, name, httpStatusCode) => {
    const client = new ApiGatewayManagementApiClient(refusedClient(answer(code)));
    const raised = { name, message: REFUSALS[code].sentence, $metadata: { httpStatusCode, requestId } };
    await expect(client.send(new GetConnectionCommand({ ConnectionId: "a" }))).rejects.toMatchObject(raised);
  });
});
