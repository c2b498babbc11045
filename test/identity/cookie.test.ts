import { describe, expect, it } from "vitest";
import { readHeaders } from "../../src/domain/head.ts";
import { findCookie } from "../../src/identity/cookie.ts";

const find = (...cookies: string[]): string | undefined =>
  findCookie(readHeaders(cookies.flatMap((text) => ["Cookie", text])), "session");
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });

describe("findCookie", () => {
  it.each([
    ["alone", "session=tok"],
    ["first", "session=tok; a=1"],
    ["last", "a=1; session=tok"],
    ["between others", "a=1; session=tok; b=2"],
    ["in double quotes", 'a=1; session="tok"'],
    ["beside others that are odd", "novalue; a==1; =x; b=c d; session=tok"],
    ["beside one whose value holds its name", "a=session=other; session=tok"],
  ])("finds it %s", (_where, text) => {
    expect(find(text)).toBe("tok");
  });

  it.each([
    ["no cookie", []],
    ["another one", ["sessions=tok"]],
    ["one with a prefix", ["__Host-session=tok"]],
    ["one in another case", ["SESSION=tok"]],
    ["one that only holds the name", ["a=session"]],
    ["two lines that are both of others", ["a=1", "b=2"]],
  ])("finds nothing in %s", (_what, cookies) => {
    expect(find(...cookies)).toBeUndefined();
  });

  it("has no prefix of its own meaning", () => {
    expect(findCookie(readHeaders(["Cookie", "__Host-session=tok"]), "__Host-session")).toBe("tok");
  });

  it("gives an empty value as one", () => {
    expect([find("session="), find('session=""')]).toEqual(["", ""]);
  });

  it("leaves in the value what is no quoted text, for the reader of tokens to refuse", () => {
    expect([find('session="tok'), find('session=t"o"k'), find("session= tok")]).toEqual([
      '"tok',
      't"o"k',
      " tok",
    ]);
  });

  it.each([
    ["twice", ["session=a; session=b"]],
    ["twice with one value", ["session=a; session=a"]],
    ["twice without a space between", ["session=a;session=b"]],
    ["twice with spaces about the name", ["session=a;  session =b"]],
    ["on two lines", ["session=a", "session=b"]],
    ["on one of two lines", ["a=1", "session=b"]],
  ])("refuses it %s", (_what, cookies) => {
    expect(() => find(...cookies)).toThrow(refused("two-tokens"));
  });

  it.each([
    ["after a semicolon without its space", "a=1;session=tok"],
    ["after two spaces", "a=1;  session=tok"],
    ["after a tab", "a=1;\tsession=tok"],
    ["after a comma", "a=1, session=tok"],
    ["with a space before its equals sign", "session =tok"],
    ["without an equals sign", "a=1; session"],
  ])("S1.2 refuses what some servers would take for it: it stands %s", (_how, text) => {
    expect(() => find(text)).toThrow(refused("token-malformed"));
  });
});
