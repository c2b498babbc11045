import { describe, expect, it } from "vitest";
import { compileTemplate, fillTemplate } from "../../src/policy/template.ts";
import { aCaller } from "../support/ruling.ts";

const fill = (pattern: string, claims: Record<string, unknown>) =>
  fillTemplate(compileTemplate(pattern), aCaller(claims));

describe("S4.5 a claim in a pattern", () => {
  it.each([
    ["a star", "*"],
    ["a star within", "ac*me"],
    ["a question mark", "a?c"],
    ["a slash", "acme/secret"],
    ["a backslash", "a\\b"],
    ["MQTT's plus", "+"],
    ["MQTT's hash", "#"],
    ["a dollar", "$aws"],
    ["a variable of IAM", "${aws:userid}"],
    ["a brace", "a}"],
    ["a quote", 'a"b'],
    ["a line break", "a\nb"],
    ["a NUL", "a\u0000"],
    ["a C1 control", "a\u0085"],
    ["nothing", ""],
    ["too much", "a".repeat(257)],
    ["a list", ["acme"]],
    ["a number", 7],
    ["an object", {}],
    ["null", null],
    ["absence", undefined],
  ])("cannot be used with %s", (_name, value) => {
    expect(fill("arn:aws:s3:::b/${claim:tenant}/*", { tenant: value })).toBeUndefined();
  });

  it("cannot be what every object has", () => {
    expect(fill("arn:aws:s3:::${claim:constructor}", {})).toBeUndefined();
    expect(fill("arn:aws:s3:::${claim:__proto__}", {})).toBeUndefined();
  });

  it("may hold slashes where the rule says so, and nothing else", () => {
    expect(fill("b/${claim:tenant:path}/*", { tenant: "acme/eu" })).toBe("b/acme/eu/*");
    expect(fill("b/${claim:tenant:path}/*", { tenant: "acme/*" })).toBeUndefined();
  });

  it.each(["acme", "a.b-c_d@e:f", "a".repeat(256), "ü 1"])("fills in %j", (tenant) => {
    expect(fill("b/${claim:tenant}/*", { tenant })).toBe(`b/${tenant}/*`);
  });

  it("may have a colon in its name", () => {
    expect(
      fill("${claim:custom:tenant}/${claim:custom:unit:path}", {
        "custom:tenant": "a",
        "custom:unit": "b/c",
      }),
    ).toBe("a/b/c");
  });

  it("is filled in once: what it holds is no variable", () => {
    expect(fill("${claim:a}${claim:b}", { a: "x", b: "y" })).toBe("xy");
  });
});
