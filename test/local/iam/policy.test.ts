import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexContext } from "../../../src/local/iam/context.ts";
import { compilePattern } from "../../../src/local/iam/pattern.ts";
import { compilePolicy } from "../../../src/local/iam/policy.ts";

const statement = { Effect: "Allow", Action: "*", Resource: "*" };
const none = indexContext({});

/** The matching rule said again, by recursion on both texts. */
function matchesSlowly(pattern: string, value: string): boolean {
  if (pattern === "") return value === "";
  if (pattern[0] === "*") {
    return matchesSlowly(pattern.slice(1), value) || (value !== "" && matchesSlowly(pattern, value.slice(1)));
  }
  const first = value !== "" && (pattern[0] === "?" || pattern[0] === value[0]);
  return first && matchesSlowly(pattern.slice(1), value.slice(1));
}

describe("compilePolicy", () => {
  it.each([
    ["no object", "x"],
    ["an unknown version", { Version: "2020-01-01", Statement: statement }],
    ["no statement", { Version: "2012-10-17" }],
    ["an unknown effect", { Statement: { ...statement, Effect: "allow" } }],
    ["no action", { Statement: { Effect: "Allow", Resource: "*" } }],
    ["both Action and NotAction", { Statement: { ...statement, NotAction: "s3:*" } }],
    ["no resource", { Statement: { Effect: "Allow", Action: "*" } }],
    ["an action that is no string", { Statement: { ...statement, Action: [1] } }],
    ["an unknown operator", { Statement: { ...statement, Condition: { StringEqual: { k: "a" } } } }],
    [
      "an unknown set operator",
      { Statement: { ...statement, Condition: { "ForSome:StringEquals": { k: "a" } } } },
    ],
    ["a range that is none", { Statement: { ...statement, Condition: { IpAddress: { k: "10.0.0.0/33" } } } }],
    ["a number that is none", { Statement: { ...statement, Condition: { NumericEquals: { k: "ten" } } } }],
  ])("refuses a document with %s", (_what, document) => {
    expect(() => compilePolicy(document)).toThrowError(
      expect.objectContaining({ code: "MalformedPolicyDocument" }),
    );
  });

  it("takes variables literally before version 2012-10-17", () => {
    const { statements } = compilePolicy({ Statement: { ...statement, Resource: "arn:aws:s3:::b/${k}" } });
    const context = indexContext({ k: "x" });
    const matches = (resource: string) =>
      statements.map((s) => s.matches({ action: "s3:GetObject", resource, context }));
    expect([matches("arn:aws:s3:::b/x"), matches("arn:aws:s3:::b/${k}")]).toEqual([[false], [true]]);
  });
});

describe("compilePattern", () => {
  it("agrees with the rule of wildcards said plainly", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
    const value = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, value, (text, subject) => {
        const test = compilePattern(text, { variables: false, wildcards: true });
        expect(test(subject, none)).toBe(matchesSlowly(text, subject));
      }),
      { numRuns: 3000 },
    );
  });

  it("answers about a pattern made to be slow", () => {
    const test = compilePattern("*a".repeat(50) + "b", { variables: false, wildcards: true });
    expect(test("a".repeat(5000), none)).toBe(false);
  });

  it("takes every substituted value for itself and for nothing else", () => {
    const test = compilePattern("x/${k}/y", { variables: true, wildcards: true });
    fc.assert(
      fc.property(fc.string(), fc.string(), (inserted, other) => {
        const context = indexContext({ k: inserted });
        expect(test(`x/${inserted}/y`, context)).toBe(true);
        expect(test(`x/${other}/y`, context)).toBe(other === inserted);
      }),
    );
  });
});
