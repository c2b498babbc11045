import { describe, expect, it } from "vitest";
import { canonicalQuery, parseQuery } from "../../src/domain/query.ts";

describe("parseQuery", () => {
  it("decodes names and values in the order they came", () => {
    expect(parseQuery("prefix=a%2Fb&list-type=2", "refused")).toEqual([
      ["prefix", "a/b"],
      ["list-type", "2"],
    ]);
  });

  it("reads a name without a value and one with an empty value alike", () => {
    expect(parseQuery("uploads", "refused")).toEqual([["uploads", ""]]);
    expect(parseQuery("uploads=", "refused")).toEqual([["uploads", ""]]);
  });

  it("splits at the first equals sign only", () => {
    expect(parseQuery("q=a=b", "refused")).toEqual([["q", "a=b"]]);
  });

  it("keeps repeated names, for the caller to judge", () => {
    expect(parseQuery("tag=1&tag=2", "refused")).toHaveLength(2);
  });

  it("reads nothing in an empty query, nor between two ampersands", () => {
    expect(parseQuery("", "refused")).toEqual([]);
    expect(parseQuery("&a=1&&", "refused")).toEqual([["a", "1"]]);
  });

  it("reads a raw plus as the caller says", () => {
    expect(parseQuery("q=a+b", "literal")).toEqual([["q", "a+b"]]);
    expect(parseQuery("q=a+b%2Bc", "space")).toEqual([["q", "a b+c"]]);
    expect(parseQuery("q=a+b", "refused")).toBeUndefined();
  });

  it.each(["q=%", "q=%2", "q=%zz", "%c3=1", "q=%ff", "q=%c0%af", "q=%ed%a0%80"])(
    "does not guess at %s",
    (raw) => {
      expect(parseQuery(raw, "literal")).toBeUndefined();
    },
  );

  it.each(["q=ü", "q=a b", "q=\u0000", "q=\u007f"])("refuses the raw characters of %j", (raw) => {
    expect(parseQuery(raw, "literal")).toBeUndefined();
  });
});

describe("canonicalQuery", () => {
  it("sorts by name first, so that a name goes before the longer one that begins with it", () => {
    expect(
      canonicalQuery([
        ["a-b", "1"],
        ["a", "2"],
      ]),
    ).toBe("a=2&a-b=1");
  });

  it("sorts by the escaped name", () => {
    expect(
      canonicalQuery([
        ["a", "1"],
        ["ä", "2"],
      ]),
    ).toBe("%C3%A4=2&a=1");
  });

  it("sorts the values of one name", () => {
    expect(
      canonicalQuery([
        ["n", "b"],
        ["n", "a"],
      ]),
    ).toBe("n=a&n=b");
  });

  it("escapes what encodeURIComponent leaves alone", () => {
    expect(canonicalQuery([["k", "!'()*+ /~"]])).toBe("k=%21%27%28%29%2A%2B%20%2F~");
  });

  it("writes a name without a value with its equals sign", () => {
    expect(canonicalQuery([["uploads", ""]])).toBe("uploads=");
  });
});
