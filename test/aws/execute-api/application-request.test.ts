import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readApplicationRequest } from "../../../src/aws/execute-api/application-request.ts";
import { canonicalQuery, parseQuery } from "../../../src/domain/query.ts";
import { aHead, anUpstream, codeOf } from "../../support/asking.ts";

const read = (line: string, headers: Record<string, string> = {}, allowed: readonly string[] = []) =>
  readApplicationRequest(aHead(line, headers), anUpstream({ allowHeaders: new Set(allowed) }));
const queryOf = (query: string) => read(`GET /a?${query}`).query;
const withQuery = (query: string) => codeOf(() => queryOf(query));
const withHeaders = (headers: Record<string, string>, allowed: readonly string[] = []) =>
  codeOf(() => read("POST /a", headers, allowed));

describe("the query of an application", () => {
  it.each([
    ["a raw plus as the space that it is read as", "q=a+b%2Bc", "q=a%20b%2Bc"],
    ["what is often left raw escaped", "q=a/b:c@d!'()*~", "q=a%2Fb%3Ac%40d%21%27%28%29%2A~"],
    ["escapes that need not be, and such in lower case", "%71=%61%c3%bc", "q=a%C3%BC"],
    ["names in order", "b=1&a-b=2&a=3", "a=3&a-b=2&b=1"],
    ["the values of one name in the client's order", "tag=b&x=1&tag=a&t%61g=c", "tag=b&tag=a&tag=c&x=1"],
    ["a name without a value", "flag&other=", "flag=&other="],
    ["an equals sign in a value", "q=a=b", "q=a%3Db"],
    ["a line break", "q=a%0Ab", "q=a%0Ab"],
    ["nothing of empty parts", "&&a=1&", "a=1"],
    ["nothing", "", ""],
  ])("is written with %s", (_name, raw, written) => {
    expect(queryOf(raw)).toBe(written);
  });

  it("says what it said, in a form that nobody needs to touch", () => {
    const name = fc
      .string({ unit: "grapheme" })
      .filter((one) => !/^(?:x-amz-|postern-|signature$)/i.test(one));
    const pairs = fc.uniqueArray(fc.tuple(name, fc.string({ unit: "grapheme" })), {
      selector: ([one]) => one,
    });
    fc.assert(
      fc.property(pairs, (all) => {
        const raw = all.map(([one, value]) => `${encodeURIComponent(one)}=${encodeURIComponent(value)}`);
        expect(queryOf(raw.join("&"))).toBe(canonicalQuery(all));
        expect(parseQuery(queryOf(raw.join("&")), "refused")).toHaveLength(all.length);
      }),
    );
  });

  it.each(["a=%", "%ff=1", "a=b c", "a=ü", "a=%C0%AF"])(
    "is refused where it cannot be decoded: %s",
    (query) => {
      expect(withQuery(query)).toBe("target-malformed");
    },
  );

  it.each([
    ["X-Amz-Signature=x", "presigned-not-accepted"],
    ["X%2DAmz%2DSecurity-Token=x", "presigned-not-accepted"],
    ["AWSAccessKeyId=x&Expires=1", "presigned-not-accepted"],
    ["sign%61ture=x", "presigned-not-accepted"],
    ["x-amz-target=x", "query-not-allowed"],
    ["X-Amz-Date=x", "query-not-allowed"],
    ["a=1&%78-amz-meta=x", "query-not-allowed"],
    ["postern-token=x", "query-not-allowed"],
  ])("is refused with %s, which is not the application's", (query, code) => {
    expect(withQuery(query)).toBe(code);
  });
});

describe("S3.4 the headers of an application", () => {
  it("are its own affair, but for those that AWS reads", () => {
    const headers = { "x-api-key": "k", "x-amzn-trace-id": "t", cookie: "c", "x-amz-date": "d" };
    expect(read("POST /a", headers).headers).toEqual([]);
  });

  it("lose the client's own signature and tracing without a word", () => {
    const own = {
      "x-amz-date": "20260101T000000Z",
      "x-amz-security-token": "t",
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-user-agent": "aws-amplify",
    };
    expect(read("POST /a", own, Object.keys(own)).headers).toEqual([]);
  });

  it("are refused where AWS may mean something by one, unless the operator lets it through", () => {
    expect(withHeaders({ "X-Amz-Invocation-Type": "Event" })).toBe("header-not-allowed");
    const headers = { "X-Amz-Meta-A": "1" };
    expect(read("POST /a", headers, ["x-amz-meta-a"]).headers).toEqual([["x-amz-meta-a", "1"]]);
  });

  it.each([
    { "x-amz-decoded-content-length": "5" },
    { "x-amz-trailer": "x-amz-checksum-crc32" },
    { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
    { "content-encoding": "gzip, AWS-Chunked" },
  ])("are refused with a mark of S3's framing, whatever the operator lets through: %o", (headers) => {
    expect(withHeaders(headers, Object.keys(headers))).toBe("header-not-allowed");
    expect(withHeaders({ "content-encoding": "gzip" })).toBe("nothing");
  });
});

describe("the method of an application", () => {
  it.each(["TRACE", "CONNECT", "get", "PROPFIND"])("is refused: %s", (method) => {
    expect(codeOf(() => read(`${method} /a`))).toBe("method-not-allowed");
  });
});
