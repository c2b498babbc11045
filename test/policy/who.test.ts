import { describe, expect, it } from "vitest";
import { compileWho } from "../../src/policy/who.ts";
import { aCaller } from "../support/ruling.ts";

const analyst = aCaller({
  "cognito:groups": ["analysts", "staff"],
  "custom:tenant": "acme",
  level: 3,
  tags: ["a", "b"],
});

describe("whom a rule is about", () => {
  it("is everybody where it does not say", () => {
    expect(compileWho(undefined)(analyst)).toBe(true);
  });

  it.each([
    [{ authenticated: true }, true],
    [{ groups: ["admins", "analysts"] }, true],
    [{ groups: ["admins"] }, false],
    [{ groups: ["Analysts"] }, false],
    [{ groups: ["analyst"] }, false],
    [{ issuers: ["staff", "customers"] }, true],
    [{ issuers: ["customers"] }, false],
    [{ claims: { "custom:tenant": "acme" } }, true],
    [{ claims: { "custom:tenant": ["other", "acme"] } }, true],
    [{ claims: { "custom:tenant": "acm*" } }, false],
    [{ claims: { "custom:tenant": "ACME" } }, false],
    [{ claims: { level: "3" } }, true],
    [{ claims: { tags: "b" } }, true],
    [{ claims: { absent: "" } }, false],
    [{ claims: { constructor: "Object" } }, false],
    [{ groups: ["analysts"], claims: { "custom:tenant": "other" } }, false],
    [{ groups: ["admins"], issuers: ["staff"], claims: { "custom:tenant": "acme" } }, false],
    [{ groups: ["analysts"], issuers: ["staff"], claims: { "custom:tenant": "acme", level: "3" } }, true],
  ] as const)("by %o is decided: %s", (who, answer) => {
    expect(compileWho(who)(analyst)).toBe(answer);
  });

  it("takes no group from a claim of that name", () => {
    const pretender = aCaller({ groups: ["admins"] });
    expect(compileWho({ groups: ["admins"] })(pretender)).toBe(false);
  });
});
