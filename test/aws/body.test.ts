import { describe, expect, it } from "vitest";
import { checkBodyHeaders, decodeBody } from "../../src/aws/body.ts";
import { aHead, codeOf } from "../support/asking.ts";

const JSON_TYPE = "application/x-amz-json-1.0";
const check = (headers: Record<string, string>, types: readonly (string | undefined)[] = [JSON_TYPE]) =>
  codeOf(() => checkBodyHeaders(aHead("POST /", headers).headers, types));

describe("S3.5 the form of a body that decides", () => {
  it.each([
    ["gzip", { "content-encoding": "gzip" }],
    ["even the identity", { "content-encoding": "identity" }],
    ["aws-chunked", { "content-encoding": "aws-chunked" }],
    ["a decoded length", { "x-amz-decoded-content-length": "5" }],
    ["a trailer", { "x-amz-trailer": "x-amz-checksum-crc32" }],
    ["a streaming payload", { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" }],
    ["another type", { "content-type": "application/json" }],
    ["CBOR", { "content-type": "application/cbor" }],
    ["another charset", { "content-type": `${JSON_TYPE}; charset=utf-16` }],
    ["a charset twice", { "content-type": `${JSON_TYPE}; charset=utf-8; charset=utf-16` }],
    ["a parameter that is none", { "content-type": `${JSON_TYPE};` }],
    ["two types", { "content-type": `${JSON_TYPE}, text/plain` }],
  ])("refuses %s", (_name, headers) => {
    expect(check({ "content-type": JSON_TYPE, ...headers })).toBe("header-not-allowed");
  });

  it("refuses a body without a type, where the protocol always has one", () => {
    expect(check({})).toBe("header-not-allowed");
    expect(check({}, [undefined, JSON_TYPE])).toBe("nothing");
  });

  it.each([
    JSON_TYPE,
    "Application/X-Amz-Json-1.0",
    `${JSON_TYPE}; charset=UTF-8`,
    `${JSON_TYPE};charset="utf-8"`,
  ])("takes %s", (type) => {
    expect(check({ "content-type": type, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" })).toBe("nothing");
  });

  it.each([
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
    ["an overlong slash", Buffer.from([0xc0, 0xaf])],
    ["half a surrogate pair", Buffer.from([0xed, 0xa0, 0x80])],
    ["a byte order mark", Buffer.from("\ufeff{}")],
    ["UTF-16 with its mark", Buffer.from("\ufeff{}", "utf16le")],
  ])("refuses %s", (_name, bytes) => {
    expect(codeOf(() => decodeBody(bytes))).toBe("body-malformed");
  });

  it("decodes everything else", () => {
    expect(decodeBody(Buffer.from('{"a":"ü𝄞"}'))).toBe('{"a":"ü𝄞"}');
    expect(decodeBody(Buffer.alloc(0))).toBe("");
  });
});
