import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSegments } from "../../src/aws/segments.ts";
import { codeOf } from "../support/asking.ts";

const texts = (path: string) => readSegments(path).segments.map(({ text }) => text);
/** With the digits of its escapes in lower case. */
const lowered = (path: string) => path.replace(/%../g, (escape) => escape.toLowerCase());

describe("S3.7 H10 a path that can be read in two ways", () => {
  it.each([
    ["an escaped letter", "/%61dmin/x", "target-ambiguous"],
    ["an escaped capital", "/%41dmin", "target-ambiguous"],
    ["an escaped digit", "/v%31", "target-ambiguous"],
    ["an escaped hyphen", "/a%2Db", "target-ambiguous"],
    ["an escaped dot", "/a%2eb", "target-ambiguous"],
    ["an escaped underscore", "/a%5Fb", "target-ambiguous"],
    ["an escaped tilde", "/a%7eb", "target-ambiguous"],
    ["two slashes at the start", "//admin", "target-ambiguous"],
    ["two slashes", "/a//b", "target-ambiguous"],
    ["two slashes at the end", "/a//", "target-ambiguous"],
    ["nothing but slashes", "//", "target-ambiguous"],
    ["a dot segment", "/a/./b", "target-ambiguous"],
    ["a segment up", "/a/../b", "target-ambiguous"],
    ["a segment up at the end", "/a/..", "target-ambiguous"],
    ["an escaped segment up", "/a/%2e%2E/b", "target-ambiguous"],
    ["a segment up behind an escaped slash", "/a%2F../b", "target-ambiguous"],
    ["a segment up before an escaped backslash", "/a/..%5Cb", "target-ambiguous"],
    ["a path parameter", "/admin;x=1/y", "target-ambiguous"],
    ["an escaped path parameter", "/admin%3Bx", "target-ambiguous"],
    ["a segment up with a path parameter", "/a/..;/b", "target-ambiguous"],
    ["a raw backslash", "/a\\b", "target-malformed"],
    ["a raw hash", "/a#b", "target-malformed"],
    ["a raw question mark", "/a?b", "target-malformed"],
    ["a raw space", "/a b", "target-malformed"],
    ["a raw quote", '/a"b', "target-malformed"],
    ["raw braces", "/{proxy+}", "target-malformed"],
    ["a raw line break", "/a\n", "target-malformed"],
    ["a raw character beyond ASCII", "/ü", "target-malformed"],
    ["a raw letter that folds to one of ASCII", "/\u212a", "target-malformed"],
    ["a broken escape", "/a%zz", "target-malformed"],
    ["half an escape at the end", "/a%2", "target-malformed"],
    ["an overlong slash", "/a%c0%af", "target-malformed"],
    ["bytes that are not UTF-8", "/a%ff", "target-malformed"],
    ["a letter split by a slash", "/%c3/%bc", "target-malformed"],
    ["an escaped NUL", "/a%00", "target-malformed"],
    ["an escaped line break", "/a%0Ab", "target-malformed"],
    ["an escaped delete", "/a%7F", "target-malformed"],
    ["an escaped control character beyond ASCII", "/a%C2%85", "target-malformed"],
    ["a URL", "http://a/b", "target-malformed"],
    ["no slash at the start", "a/b", "target-malformed"],
    ["no path", "", "target-malformed"],
  ])("refuses %s", (_name, path, code) => {
    expect(codeOf(() => readSegments(path))).toBe(code);
  });
});

describe("readSegments", () => {
  it.each([
    ["/", [], true],
    ["/a", ["a"], false],
    ["/a/", ["a"], true],
    ["/a/b.c/...", ["a", "b.c", "..."], false],
    ["/!$&'()*+,=:@", ["!$&'()*+,=:@"], false],
    ["/%40connections/R0oX%3D", ["@connections", "R0oX="], false],
    ["/%C3%BC/%c3%bc", ["ü", "ü"], false],
    ["/a%20b%2A", ["a b*"], false],
  ])("reads %s", (path, segments, endsInSlash) => {
    expect(texts(path)).toEqual(segments);
    expect(readSegments(path).endsInSlash).toBe(endsInSlash);
    expect(readSegments(path).segments.some(({ isOdd }) => isOdd)).toBe(false);
  });

  it.each([
    ["a slash", "/a%2Fb", "a/b"],
    ["a slash in lower case", "/a%2fb", "a/b"],
    ["a backslash", "/a%5Cb", "a\\b"],
    ["a percent sign", "/a%2561", "a%61"],
    ["a question mark", "/a%3Fb", "a?b"],
    ["a hash", "/a%23b", "a#b"],
  ])("marks a segment with %s in it, and decodes it once", (_name, path, text) => {
    expect(readSegments(path).segments).toEqual([{ text, isOdd: true }]);
  });

  it("reads any text back that it takes, however it was escaped", () => {
    const unit = fc.constantFrom(
      ...Array.from("aZ0-._~!$&'()*+,=:@ \"<>[]^`{|}/\\%?#\u{fc}\u{6f22}\u{1f600}"),
    );
    const text = fc.string({ unit, minLength: 1, maxLength: 4 }).filter((one) => !/^\.|[/\\]\./.test(one));
    const parts = fc.array(text, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, fc.boolean(), fc.boolean(), (all, lower, slash) => {
        const escaped = all.map((one) => encodeURIComponent(one)).join("/");
        const path = `/${lower ? lowered(escaped) : escaped}${slash ? "/" : ""}`;
        expect(texts(path)).toEqual(all);
      }),
    );
  });
});
