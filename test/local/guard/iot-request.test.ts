import { describe, expect, it } from "vitest";
import { parseIot } from "../../../src/local/guard/iot-request.ts";
import type { IotCall } from "../../../src/local/guard/iot-request.ts";
import { readHead } from "../../../src/local/guard/request-head.ts";

const IDENTITY = "us-east-1:11111111-1111-4111-8111-111111111111";
const TARGET = JSON.stringify({ target: IDENTITY });

const read = (method: string, target: string, body = ""): IotCall =>
  parseIot(readHead({ method, target, rawHeaders: [] }), Buffer.from(body), {
    account: "123456789012",
    region: "us-east-1",
  });

describe("a call of AWS IoT's control plane", () => {
  it.each([
    { asked: ["PUT", "/target-policies/a%2Bb", TARGET], operation: "AttachPolicy", policyName: "a+b" },
    { asked: ["POST", "/target-policies/a", TARGET], operation: "DetachPolicy", policyName: "a" },
    { asked: ["POST", `/attached-policies/${IDENTITY}`], operation: "ListAttachedPolicies", policyName: "" },
    {
      asked: ["POST", `/attached-policies/${encodeURIComponent(IDENTITY)}`],
      operation: "ListAttachedPolicies",
      policyName: "",
    },
  ])("$asked is $operation, of its target", ({ asked: [method = "", path = "", body], ...expected }) => {
    const requirements = [{ action: `iot:${expected.operation}`, resource: IDENTITY, context: {} }];
    expect(read(method, path, body)).toEqual({ ...expected, target: IDENTITY, requirements });
  });

  it("is GetPolicy, of a policy", () => {
    const resource = "arn:aws:iot:us-east-1:123456789012:policy/a";
    expect(read("GET", "/policies/a")).toEqual({
      operation: "GetPolicy",
      policyName: "a",
      target: "",
      requirements: [{ action: "iot:GetPolicy", resource, context: {} }],
    });
  });

  it.each([
    ["DELETE", "/policies/a", "", "ResourceNotFoundException"],
    ["GET", "/things/a", "", "ResourceNotFoundException"],
    ["GET", "/policies/", "", "InvalidRequestException"],
    ["GET", "/policies/a/b", "", "InvalidRequestException"],
    ["GET", "/policies/a%2Fb", "", "InvalidRequestException"],
    ["GET", "/policies/%zz", "", "InvalidRequestException"],
    ["PUT", "/target-policies/a", "", "InvalidRequestException"],
    ["PUT", "/target-policies/a", "null", "InvalidRequestException"],
    ["PUT", "/target-policies/a", '{"target":["x"]}', "InvalidRequestException"],
    ["PUT", "/target-policies/a", '{"target":"us-east-1:x"}', "InvalidRequestException"],
    ["POST", "/attached-policies/x", "", "InvalidRequestException"],
  ])("%s %s %s is refused: %s", (method, path, body, code) => {
    expect(() => read(method, path, body)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
