import { describe, expect, it } from "vitest";
import { lambdaUrl } from "../../../src/aws/lambda-url/lambda-url.ts";
import type { Upstream } from "../../../src/aws/service.ts";
import { REFUSALS } from "../../../src/domain/refusal.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:resize";
const upstream = anUpstream({ service: "lambda", functionName: "resize" });
const read = (line: string, changes: Partial<Upstream> = {}, headers: Record<string, string> = {}) =>
  readWhole(lambdaUrl, { ...upstream, ...changes }, aHead(line, headers));

describe("a call of a function by its URL", () => {
  it.each(["GET /", "GET /a/b/", "POST /a", "OPTIONS /", "PATCH /a", "HEAD /a", "PUT /a", "DELETE /a"])(
    "%s is about the function, whatever its path",
    (line) => {
      const operation = read(line);
      expect(operation).toMatchObject({ name: "InvokeFunctionUrl", service: "lambda", region: "us-east-1" });
      expect(operation.requirements).toEqual([
        { action: "lambda:InvokeFunctionUrl", resource: FUNCTION },
        { action: "lambda:InvokeFunction", resource: FUNCTION },
      ]);
    },
  );

  it("of an alias is about the alias, and to a deny about the function too", () => {
    const place = { resource: `${FUNCTION}:live`, within: [FUNCTION] };
    expect(read("GET /", { functionName: "resize:live" }).requirements).toEqual([
      { action: "lambda:InvokeFunctionUrl", ...place },
      { action: "lambda:InvokeFunction", ...place },
    ]);
  });

  it("is sent with the path as it came, and the query written anew", () => {
    const headers = { "x-amz-meta": "1", "x-amz-date": "d", cookie: "c" };
    const operation = read("POST /%40a/?b=1+2&a", { allowHeaders: new Set(["x-amz-meta"]) }, headers);
    expect(operation).toMatchObject({
      method: "POST",
      path: "/%40a/",
      query: "a=&b=1%202",
      headers: [["x-amz-meta", "1"]],
      payload: { kind: "streamed" },
    });
  });

  it.each(["/a%2Fb", "/a%5Cb", "/100%25", "/what%3F", "/%23"])(
    "may have %s in its path, which no rule reads",
    (path) => {
      expect(read(`GET ${path}`).path).toBe(path);
    },
  );

  it.each([
    ["GET //a", "target-ambiguous"],
    ["GET /a/../b", "target-ambiguous"],
    ["GET /a%2F..%2Fb", "target-ambiguous"],
    ["GET /%61", "target-ambiguous"],
    ["GET /a;b", "target-ambiguous"],
    ["GET /a\\b", "target-malformed"],
    ["GET /a%00", "target-malformed"],
    ["GET /?X-Amz-Signature=x", "presigned-not-accepted"],
    ["GET /?x-amz-meta=x", "query-not-allowed"],
    ["TRACE /", "method-not-allowed"],
  ])("S3.7 %s is refused", (line, code) => {
    expect(codeOf(() => read(line))).toBe(code);
  });

  it("S3.4 is refused with a header that Lambda may mean something by", () => {
    expect(codeOf(() => read("GET /", {}, { "x-amz-invocation-type": "Event" }))).toBe("header-not-allowed");
  });

  it.each([{ functionName: undefined }, { account: undefined }])(
    "needs %o of the configuration",
    (changes) => {
      expect(codeOf(() => read("GET /", changes))).toBe("internal");
    },
  );

  it("is refused in Lambda's words, and says nothing of signatures: the function may write such answers", () => {
    const view = { code: "denied-no-rule", requestId: "r", ...REFUSALS["denied-no-rule"] } as const;
    expect(JSON.parse(String(lambdaUrl.refuse(view).body))).toEqual({ Message: view.sentence });
    const answer = { method: "GET", status: 403, header: () => "ExpiredTokenException", body: "{}" };
    expect([lambdaUrl.faultOf(answer), lambdaUrl.redirectOf(answer)]).toEqual([undefined, undefined]);
    expect([lambdaUrl.speaker, lambdaUrl.repeats]).toEqual(["application", "idempotent"]);
  });
});
