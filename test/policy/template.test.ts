import { describe, expect, it } from "vitest";
import {
  claimsForPattern,
  claimsForPolicy,
  claimsIn,
  compileTemplate,
  fillTemplate,
  rawClaims,
  notKnown,
  unknownVariables,
} from "../../src/policy/template.ts";
import { aCaller } from "../support/ruling.ts";

const fill = (pattern: string, claims: Record<string, unknown>) =>
  fillTemplate(compileTemplate(pattern), claimsForPattern(aCaller(claims)));

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

const inPolicy = (text: string, claims: Record<string, unknown>) =>
  fillTemplate(compileTemplate(text), claimsForPolicy(aCaller(claims)));

describe("S4.5 a claim in an IAM policy", () => {
  it.each([
    ["*", "${*}"],
    ["a*b?c$d", "a${*}b${?}c${$}d"],
    ["**", "${*}${*}"],
    ["$&", "${$}&"],
    ["acme", "acme"],
  ])("says %j as %j", (tenant, written) => {
    expect(inPolicy("arn:aws:s3:::b/${claim:tenant}/*", { tenant })).toBe(`arn:aws:s3:::b/${written}/*`);
  });

  it.each([
    "${aws:userid}",
    "a{b",
    "a}b",
    'a"b',
    "a\\b",
    "a/b",
    "+",
    "#",
    "a\nb",
    "",
    "a".repeat(257),
    ["a"],
    7,
    undefined,
  ])("cannot be used with %j", (tenant) => {
    expect(inPolicy("${claim:tenant}", { tenant })).toBeUndefined();
  });

  it("may hold slashes where the policy says so", () => {
    expect(inPolicy("${claim:tenant:path}", { tenant: "a/*" })).toBe("a/${*}");
  });
});

const raw = (value: unknown) =>
  fillTemplate(compileTemplate("${claim:x}!"), rawClaims(aCaller({ x: value })));

describe("a claim as it is", () => {
  it("is any text, and nothing that is none", () => {
    expect(raw("a|*\n/ü")).toBe("a|*\n/ü!");
    expect([raw(""), raw(7), raw(["a"]), raw(undefined), raw(null)]).toEqual(Array(5).fill(undefined));
  });
});

describe("what stands in a text", () => {
  it("is its claims", () => {
    expect(claimsIn("a${claim:x}/${claim:custom:y:path}${aws:z}")).toEqual(["x", "custom:y"]);
    expect(claimsIn("${claim:x:path}${claim:path}${claim:path:path}${claim:x:y}")).toEqual([
      "x",
      "path",
      "path",
      "x:y",
    ]);
    expect(claimsIn("abc")).toEqual([]);
  });

  it("are variables that are no claims", () => {
    expect(unknownVariables("${claim:x}${aws:z}/${*}/${claim:")).toEqual(["${aws:z}", "${*}", "${claim:"]);
    expect(unknownVariables("${claim:x}$x")).toEqual([]);
  });

  it("are not known where they read as another claim than they name", () => {
    expect(unknownVariables("a/${claim:custom:path}/")).toEqual(["${claim:custom:path}"]);
    expect(notKnown("${claim:custom:path}")).toContain("write ${claim:custom:path:path}");
    const meant = compileTemplate("${claim:custom:path:path}").parts[1];
    expect(meant).toEqual({ claim: "custom:path", path: true });
    expect(unknownVariables("${claim:custom:path:path}${claim:sub:path}")).toEqual([]);
  });
});
