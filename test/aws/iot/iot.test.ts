import { describe, expect, it } from "vitest";
import { iot } from "../../../src/aws/iot/iot.ts";
import { REFUSALS, type RefusalCode } from "../../../src/domain/refusal.ts";
import { aHead, anUpstream, codeOf } from "../../support/asking.ts";

const upstream = anUpstream({ name: "things", service: "iotdevicegateway", actionPrefix: "iot" });
const open = (line: string, headers: Record<string, string> = {}) =>
  iot.webSocket?.open(aHead(line, headers), upstream);

describe("AWS IoT Core by WebSocket", () => {
  it("is opened at one path, and that asks for nothing yet", () => {
    expect(iot.webSocket?.carries).toBe("mqtt");
    expect(open("GET /mqtt", { "x-amz-date": "d" })).toEqual({
      upstream: "things",
      service: "iotdevicegateway",
      region: "us-east-1",
      name: "OpenConnection",
      requirements: [],
      method: "GET",
      path: "/mqtt",
      query: "",
      headers: [],
      payload: { kind: "streamed" },
    });
  });

  it.each([
    ["/", "operation-unknown"],
    ["/mqtt/", "operation-unknown"],
    ["/MQTT", "operation-unknown"],
    ["/%6dqtt", "operation-unknown"],
    ["//mqtt", "operation-unknown"],
    ["/mqtt/a", "operation-unknown"],
    ["/mqtt?a=b", "query-not-allowed"],
    ["/mqtt?x-amz-customauthorizer-name=own", "query-not-allowed"],
    ["/mqtt?postern-token=t", "query-not-allowed"],
    ["/mqtt?X-Amz-Signature=s", "presigned-not-accepted"],
    ["/mqtt?%", "target-malformed"],
  ])("is opened at no other: %s", (target, code) => {
    expect(codeOf(() => open(`GET ${target}`))).toBe(code);
  });

  it("is opened by GET, and by no authorizer that a header names", () => {
    expect(codeOf(() => open("POST /mqtt"))).toBe("method-not-allowed");
    expect(codeOf(() => open("GET /mqtt", { "x-amz-customauthorizer-name": "own" }))).toBe(
      "header-not-allowed",
    );
  });

  it("takes no request by HTTP", () => {
    for (const line of ["GET /mqtt", "POST /topics/a", "GET /"])
      expect(codeOf(() => iot.recognise(aHead(line), upstream))).toBe("upgrade-required");
  });
});

describe("a refusal to a client of AWS IoT Core", () => {
  const requestId = "11112222-3333-4444-8555-666677778888";
  const answer = (code: RefusalCode) => iot.refuse({ code, requestId, ...REFUSALS[code] });

  it.each(Object.keys(REFUSALS) as RefusalCode[])("%s is worded as its gateway does", (code) => {
    const { sentence, status } = REFUSALS[code];
    const { headers, body, status: own } = answer(code);
    expect(own).toBe(status);
    expect(JSON.parse(String(body))).toEqual({ message: sentence, traceId: requestId });
    expect(headers).toMatchObject({ "content-type": "application/json", "x-amzn-requestid": requestId });
    expect(/^(?:Service|Internal)/.test(headers["x-amzn-errortype"] ?? "")).toBe(status >= 500);
    expect(headers["upgrade"]).toBe(status === 426 ? "websocket" : undefined);
  });

  it.each([
    ["upgrade-required", "InvalidRequestException", 426],
    ["upgrade-not-accepted", "ForbiddenException", 403],
    ["denied-no-rule", "ForbiddenException", 403],
    ["token-expired", "UnauthorizedException", 401],
    ["upstream-unreachable", "InternalFailureException", 502],
  ] as const)("%s is a %s", (code, type, status) => {
    expect(answer(code)).toMatchObject({ status, headers: { "x-amzn-errortype": type } });
  });
});
