import { describe, expect, it } from "vitest";
import { canonicalHeaders, canonicalPath, canonicalRequest, speaksS3 } from "../../src/signing/canonical.ts";

describe("canonicalHeaders", () => {
  it("sorts by name", () => {
    const { lines, names } = canonicalHeaders([
      ["x-amz-date", "d"],
      ["host", "h"],
    ]);
    expect(lines).toBe("host:h\nx-amz-date:d\n");
    expect(names).toBe("host;x-amz-date");
  });

  it("joins the values of a repeated name in the order they came", () => {
    const { lines, names } = canonicalHeaders([
      ["a", "2"],
      ["b", "0"],
      ["a", " 1 "],
    ]);
    expect(lines).toBe("a:2,1\nb:0\n");
    expect(names).toBe("a;b");
  });

  it.each([
    [" a", "a"],
    ["a ", "a"],
    ["\ta\t", "a"],
    ["a   b \t c", "a b c"],
    ["a\n b", "a b"],
    ["a\r\n\tb", "a b"],
    ["", ""],
    [" ", ""],
    ["a\u00a0\u00a0b", "a\u00a0\u00a0b"],
    ["x  \u00c3\u00a0", "x \u00c3\u00a0"], // à in UTF-8
    [" \u00a0x\u00a0 ", "\u00a0x\u00a0"],
    ["\u0085  x\u0085", "\u0085 x\u0085"],
  ])("writes %j as %j", (value, written) => {
    expect(canonicalHeaders([["n", value]]).lines).toBe(`n:${written}\n`);
  });

  it("leaves the caller's own list in its order", () => {
    const headers = [
      ["b", "1"],
      ["a", "2"],
    ] as const;
    canonicalHeaders(headers);
    expect(headers[0][0]).toBe("b");
  });
});

describe("canonicalPath", () => {
  it("is the wire path for S3, byte for byte", () => {
    expect(canonicalPath("/bkt/a/../b//c%20%C3%BC", "s3")).toBe("/bkt/a/../b//c%20%C3%BC");
  });

  it("is the wire path escaped once more for every other service", () => {
    expect(canonicalPath("/topics/a%2Fb%20c", "iotdata")).toBe("/topics/a%252Fb%2520c");
    expect(canonicalPath("/prod/%40connections/R0oX%3D", "execute-api")).toBe(
      "/prod/%2540connections/R0oX%253D",
    );
    expect(canonicalPath("/a@b:c", "execute-api")).toBe("/a%40b%3Ac");
  });
});

describe("speaksS3", () => {
  it.each(["s3", "s3express", "s3-object-lambda", "s3-outposts"])("knows %s", (service) => {
    expect(speaksS3(service)).toBe(true);
  });

  it.each(["dynamodb", "s3tables", "s3vectors", "S3", ""])("does not take %j for one", (service) => {
    expect(speaksS3(service)).toBe(false);
  });
});

describe("canonicalRequest", () => {
  it("puts each part on its line, with an empty one after the headers", () => {
    const headers = canonicalHeaders([["host", "h"]]);
    expect(canonicalRequest({ method: "GET", path: "/", query: "a=1", headers, payloadHash: "e3" })).toBe(
      "GET\n/\na=1\nhost:h\n\nhost\ne3",
    );
  });
});
