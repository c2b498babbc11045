import { describe, expect, it } from "vitest";
import { headerRecord, readHeaders } from "../../src/domain/head.ts";

describe("readHeaders", () => {
  it("names a header that stood on two lines, in whatever case they were", () => {
    const headers = readHeaders(["X-Amz-Copy-Source", "a/b", "x-amz-copy-source", "c/d", "Host", "h"]);
    expect(headers.repeated).toEqual(["x-amz-copy-source"]);
    expect(headers.get("x-amz-copy-source")).toBe("a/b, c/d");
  });

  it("notices a repeated line even where the first was empty", () => {
    expect(readHeaders(["x-amz-acl", "", "x-amz-acl", "public-read"]).repeated).toEqual(["x-amz-acl"]);
  });

  it("finds a header by its name in lower case", () => {
    const headers = readHeaders(["Content-Type", "text/plain"]);
    expect(headers.get("content-type")).toBe("text/plain");
    expect(headers.has("content-type")).toBe(true);
    expect(headers.has("content-length")).toBe(false);
    expect(headers.repeated).toEqual([]);
  });

  it("gives names that every object has no meaning", () => {
    const headers = readHeaders([]);
    expect(headers.get("constructor")).toBeUndefined();
    expect(headers.has("__proto__")).toBe(false);
  });

  it("lists each name once, in order of arrival", () => {
    expect([...readHeaders(["B", "1", "A", "2", "b", "3"]).entries()]).toEqual([
      ["b", "1, 3"],
      ["a", "2"],
    ]);
  });
});

it("makes an object of raw header lines", () => {
  expect(headerRecord(["host", "h", "x-amz-date", "d"])).toEqual({ host: "h", "x-amz-date": "d" });
  expect(headerRecord([])).toEqual({});
});
