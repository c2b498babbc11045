import { describe, expect, it } from "vitest";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import { identityLines } from "../../src/proxy/identity-headers.ts";
import { codeOf } from "../support/asking.ts";

const user = (claims: Record<string, unknown>): Caller => ({ ...GUEST, kind: "user", claims });
const asText = { name: "x-user", claim: "email", as: "text" } as const;
const asJson = { name: "x-groups", claim: "cognito:groups", as: "json" } as const;

describe("an identity header of text", () => {
  it.each(["ada@example.com", "Ada Lovelace", "a", "a,b", "~!"])("is the claim itself: %j", (email) => {
    expect(identityLines([asText], user({ email }))).toEqual([["x-user", email]]);
  });

  it.each<[string, unknown]>([
    ["text with a line break", "a\r\nx-admin: 1"],
    ["text with a control character", "a\u0000"],
    ["text that is not ASCII", "caf\u00e9"],
    ["text with a space at its beginning", " a"],
    ["text with a space at its end", "a "],
    ["empty text", ""],
    ["a list of one", ["a"]],
    ["a list", ["a", "b"]],
    ["a number", 1],
    ["a truth value", true],
    ["nothing", null],
    ["an object", { a: 1 }],
  ])("H11 is refused where the claim is %s", (_what, email) => {
    expect(codeOf(() => identityLines([asText], user({ email })))).toBe("claim-unusable");
  });

  it("never shows the claim in the refusal", () => {
    expect(() => identityLines([asText], user({ email: "secret\n" }))).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining("secret") }),
    );
  });
});

describe("an identity header of JSON", () => {
  it.each<[unknown, readonly string[]]>([
    [
      ["a,b", "caf\u00e9\r\n"],
      ["a,b", "caf\u00e9\r\n"],
    ],
    ["one", ["one"]],
    [[], []],
    [true, ["true"]],
  ])(
    "H11 is the base64url of a list, so that nothing in it ends the line or the list: %j",
    (groups, list) => {
      const [[name, value] = ["", ""]] = identityLines([asJson], user({ "cognito:groups": groups }));
      expect(name).toBe("x-groups");
      expect(value).toMatch(/^[\w-]+$/);
      expect(JSON.parse(Buffer.from(value, "base64url").toString())).toEqual(list);
    },
  );
});

describe("no identity header", () => {
  it("is there for a claim that the token has not", () => {
    expect(identityLines([asText, asJson], user({ sub: "1" }))).toEqual([]);
    expect(identityLines([{ ...asText, claim: "toString" }], user({}))).toEqual([]);
  });

  it("is there for a guest", () => {
    expect(identityLines([asText, asJson], { ...GUEST, claims: { email: "a" } })).toEqual([]);
  });

  it("stands for a claim that is to be had elsewhere: its absence would say something that nobody knows", () => {
    const groups = { ...asJson, claim: "groups" };
    expect(codeOf(() => identityLines([groups], user({ _claim_names: { groups: "src1" } })))).toBe(
      "claim-unusable",
    );
  });
});
