import { describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { WhoDocument } from "../../src/policy/document.ts";
import { compileWho, whyNotFor } from "../../src/policy/who.ts";
import { aCaller, aMachine } from "../support/ruling.ts";

const analyst = aCaller({
  "cognito:groups": ["analysts", "staff"],
  "custom:tenant": "acme",
  level: 3,
  tags: ["a", "b"],
});
const machine = aMachine();

/** Which of a user, a machine and a guest a rule is about. */
const met = (who: WhoDocument | undefined, side: "allow" | "deny") =>
  [analyst, machine, GUEST].filter(compileWho(who, side)).map(({ kind }) => kind);

describe("whom a rule is about", () => {
  it.each([
    [{ authenticated: true }, true],
    [{ groups: ["admins", "analysts"] }, true],
    [{ groups: ["admins"] }, false],
    [{ groups: ["Analysts"] }, false],
    [{ groups: ["analyst"] }, false],
    [{ issuers: ["staff", "customers"] }, true],
    [{ issuers: ["customers"] }, false],
    [{ clients: ["web", "kiosk"] }, true],
    [{ clients: ["kiosk"] }, false],
    [{ clients: ["We"] }, false],
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
    [{ groups: ["analysts"], clients: ["kiosk"] }, false],
    [{ groups: ["analysts"], issuers: ["staff"], claims: { "custom:tenant": "acme", level: "3" } }, true],
    [{ machine: true, groups: ["analysts"] }, false],
    [{ guest: true }, false],
  ] as const)("by %o is decided: %s", (who, answer) => {
    expect([compileWho(who, "allow")(analyst), compileWho(who, "deny")(analyst)]).toEqual([answer, answer]);
  });

  it("takes no group from a claim of that name", () => {
    const pretender = aCaller({ groups: ["admins"] });
    expect(compileWho({ groups: ["admins"] }, "allow")(pretender)).toBe(false);
  });
});

describe("S1.1 an allow", () => {
  it.each([
    [{ authenticated: true }, ["user"]],
    [{ machine: true }, ["machine"]],
    [{ guest: true }, ["guest"]],
    [{ clients: ["web", "service"] }, ["user", "machine"]],
    [{ clients: ["service"] }, ["machine"]],
    [{ clients: ["web", "service"], authenticated: true }, ["user"]],
    [{ clients: ["web", "service"], machine: true }, ["machine"]],
    [{ clients: ["web"], machine: true }, []],
    [{ machine: true, issuers: ["staff"] }, ["machine"]],
    [{ machine: true, issuers: ["customers"] }, []],
    [{ issuers: ["staff", "-"] }, ["user"]],
    [{ claims: { sub: ["sub-1", "service"] } }, ["user"]],
    [undefined, ["user"]],
  ] as const)("for %o is for %j", (who, kinds) => {
    expect(met(who, "allow")).toEqual(kinds);
  });

  it("that names a machine's groups and claims is not for it without machine: true", () => {
    const grouped = aMachine({ groups: ["analysts"], claims: { tenant: "acme" } });
    expect(compileWho({ groups: ["analysts"] }, "allow")(grouped)).toBe(false);
    expect(compileWho({ claims: { tenant: "acme" } }, "allow")(grouped)).toBe(false);
    expect(compileWho({ groups: ["analysts"], machine: true }, "allow")(grouped)).toBe(true);
  });
});

describe("S1.1 a deny", () => {
  it.each([
    [undefined, ["user", "machine", "guest"]],
    [{ authenticated: true }, ["user"]],
    [{ machine: true }, ["machine"]],
    [{ guest: true }, ["guest"]],
    [{ clients: ["web", "service"] }, ["user", "machine"]],
    [{ issuers: ["staff"] }, ["user", "machine"]],
    [{ issuers: ["staff"], machine: true }, ["machine"]],
    [{ groups: ["analysts"] }, ["user"]],
    [{ claims: { sub: "service" } }, ["machine"]],
  ] as const)("on %o is about %j", (who, kinds) => {
    expect(met(who, "deny")).toEqual(kinds);
  });

  it("on groups meets a machine that has them", () => {
    expect(compileWho({ groups: ["analysts"] }, "deny")(aMachine({ groups: ["analysts"] }))).toBe(true);
  });
});

const bearing = (claims: Record<string, unknown>) => aCaller({ token_use: "access", ...claims });

const sides = (who: WhoDocument, one: Caller) => [
  compileWho(who, "allow")(one),
  compileWho(who, "deny")(one),
];

describe("scopes", () => {
  const both: WhoDocument = { scopes: ["read", "write"] };

  it.each([
    ["read write", true],
    ["write other read", true],
    ["read", false],
    ["readwrite", false],
    ["Read Write", false],
    ["", false],
    [undefined, false],
    [["read", "write"], false],
  ])("are all needed of an access token with %j: %s", (scope, answer) => {
    expect(sides(both, bearing({ scope }))).toEqual([answer, answer]);
    const machine = aMachine({ claims: { scope } });
    expect(sides({ ...both, machine: true }, machine)).toEqual([answer, answer]);
  });

  it("are read from the claim `scope` alone", () => {
    expect(sides(both, bearing({ scp: "read write" }))).toEqual([false, false]);
  });

  it("S4.2 of an ID token are not told: no allow is for it, and every deny is", () => {
    for (const claims of [{}, { token_use: "id" }, { token_use: "id", scope: "read write" }]) {
      expect(sides(both, aCaller(claims))).toEqual([false, true]);
    }
    expect(sides({ ...both, groups: ["admins"] }, analyst)).toEqual([false, false]);
  });

  it("are none of a guest", () => {
    expect(sides({ ...both, guest: true }, GUEST)).toEqual([false, false]);
  });
});

describe("why a rule is not about a caller", () => {
  it.each<[WhoDocument | undefined, Caller, string]>([
    [undefined, machine, "it is for users, and the caller is a machine"],
    [{ clients: ["web"] }, GUEST, "it is for users and machines, and the caller is a guest"],
    [{ guest: true, machine: true }, GUEST, "it is for nobody, and the caller is a guest"],
    [
      { groups: ["admins", "editors"] },
      analyst,
      "it is for the group admins or editors, and the caller is in analysts and staff",
    ],
    [{ groups: ["admins"] }, aCaller(), "it is for the group admins, and the caller is in no group"],
    [{ issuers: ["customers"] }, analyst, "it is for callers of customers, and the caller is of staff"],
    [{ clients: ["kiosk"] }, analyst, "it is for the app client kiosk, and the token is of web"],
    [{ claims: { "custom:tenant": "other" } }, analyst, "the claim custom:tenant is not what it asks for"],
    [{ claims: { unit: "other" } }, analyst, "the caller's token has no claim unit"],
    [{ scopes: ["a", "b"] }, analyst, "it is for tokens with a and b, and an ID token has no scopes"],
    [
      { scopes: ["a", "b"] },
      bearing({ scope: "b" }),
      "it is for tokens with a and b, and the caller's lacks a",
    ],
  ])("by %j is told", (who, one, words) => {
    expect(whyNotFor(who, "allow", one)).toBe(words);
  });

  it("is told where it is not, and there alone", () => {
    expect(whyNotFor({ groups: ["analysts"], issuers: ["staff"] }, "allow", analyst)).toBeUndefined();
    expect(whyNotFor({ scopes: ["a"] }, "deny", analyst)).toBeUndefined();
  });
});
