import { describe, expect, it } from "vitest";
import { readParameters, splitTarget, writeParameters } from "../../src/aws/parameters.ts";
import { codeOf } from "../support/asking.ts";

describe("S3.2 a query that can be read in two ways", () => {
  it.each([
    ["a name twice", "prefix=home/me/&prefix="],
    ["a name twice, once escaped", "prefix=a&%70refix=b"],
    ["a name twice, once without a value", "acl&acl="],
  ])("refuses %s", (_name, query) => {
    expect(codeOf(() => readParameters(query))).toBe("target-ambiguous");
  });

  it.each(["a=%", "%ff=1", "a=b c", "a=ü"])("refuses %s, which cannot be decoded", (query) => {
    expect(codeOf(() => readParameters(query))).toBe("target-malformed");
  });
});

describe("S1.5 a presigned request", () => {
  it.each([
    "X-Amz-Signature=abc",
    "x-amz-credential=AKIA",
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    "X-Amz-Security-Token=x",
    "AWSAccessKeyId=AKIA&Expires=1&Signature=x",
    "X%2DAmz%2DSignature=abc",
  ])("is refused with its own code: %s", (query) => {
    expect(codeOf(() => readParameters(query))).toBe("presigned-not-accepted");
  });
});

describe("parameters", () => {
  it("are read as S3 does, a plus as a space, and written in canonical order", () => {
    const parameters = readParameters("prefix=a+b%2Bc&list-type=2&delimiter=/");
    expect(parameters.get("prefix")).toBe("a b+c");
    expect(writeParameters(parameters)).toBe("delimiter=%2F&list-type=2&prefix=a%20b%2Bc");
  });

  it("differ by case, as S3's do", () => {
    expect(readParameters("a=1&A=2").size).toBe(2);
  });

  it("are none in an empty query", () => {
    expect(readParameters("").size).toBe(0);
    expect(writeParameters(readParameters("&&"))).toBe("");
  });
});

describe("splitTarget", () => {
  it("splits at the first question mark", () => {
    expect(splitTarget("/a?b?c")).toEqual({ path: "/a", query: "b?c" });
    expect(splitTarget("/a")).toEqual({ path: "/a", query: "" });
    expect(splitTarget("/a?")).toEqual({ path: "/a", query: "" });
  });
});
