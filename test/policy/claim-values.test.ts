import { describe, expect, it } from "vitest";
import { claimValues } from "../../src/policy/claim-values.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { aCaller, aMachine, anAllow, ruling } from "../support/ruling.ts";

describe("the values of a claim", () => {
  it.each([
    ["a text", "x", ["x"]],
    ["an empty text", "", [""]],
    ["true", true, ["true"]],
    ["a number", 7, ["7"]],
    ["a list", ["x", 7, false], ["x", "7", "false"]],
    ["an empty list", [], []],
    ["a number that was rounded", 2 ** 53, "unknown"],
    ["a number with a fraction", 1.5, "unknown"],
    ["a number beyond all", Number.POSITIVE_INFINITY, "unknown"],
    ["an object", { a: "b" }, "unknown"],
    ["null", null, "unknown"],
    ["a list in a list", [["x"]], "unknown"],
    ["a list with an object in it", ["x", {}], "unknown"],
  ])("are of one that is %s", (_name, value, expected) => {
    expect(claimValues(aCaller({ c: value }), "c")).toEqual(expected);
  });

  it("are none of one that is not there, though every object has it", () => {
    for (const claim of ["c", "toString", "__proto__"]) expect(claimValues(aCaller(), claim)).toEqual([]);
  });

  it("S4.2 are unknown where another token of the sign-in may have them", () => {
    const access = { token_use: "access", sub: "sub-1", username: "anna" };
    const id = { token_use: "id", sub: "sub-1", "custom:tenant": "acme" };
    expect(claimValues(aCaller(access), "custom:tenant")).toBe("unknown");
    expect(claimValues(aCaller(access), "username")).toEqual(["anna"]);
    expect(claimValues(aCaller(id), "username")).toBe("unknown");
    expect(claimValues(aCaller(id), "custom:plan")).toEqual([]);
    expect(claimValues(aMachine({ claims: access }), "custom:tenant")).toEqual([]);
  });

  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ["names it among those that are elsewhere", { _claim_names: { groups: "src1" } }],
    ["says so of claims in a way that cannot be read", { _claim_names: "groups" }],
    ["has too many groups to tell", { hasgroups: true }],
  ])("S4.2 are unknown where the token %s", (_name, claims) => {
    expect(claimValues(aCaller(claims), "groups")).toBe("unknown");
    expect(claimValues(aCaller({ ...claims, groups: ["g"] }), "groups")).toEqual(["g"]);
    const deny: RuleDocument = { name: "no", deny: ["s3:*"], who: { claims: { groups: "contractors" } } };
    const read = { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };
    expect(ruling([anAllow("all"), deny], aCaller(claims), read)).toMatchObject({ reason: "denied-by-rule" });
  });
});
