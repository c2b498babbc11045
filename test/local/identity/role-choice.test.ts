import { describe, expect, it } from "vitest";
import type { RoleMapping } from "../../../src/local/world.ts";
import { chooseRole } from "../../../src/local/identity/role-choice.ts";

const ADMIN = "arn:aws:iam::123456789012:role/admin";
const EDITOR = "arn:aws:iam::123456789012:role/editor";
const DEFAULT = "arn:aws:iam::123456789012:role/default";

const TOKEN: RoleMapping = { type: "Token", ambiguousRoleResolution: "AuthenticatedRole" };
const TOKEN_DENY: RoleMapping = { type: "Token", ambiguousRoleResolution: "Deny" };
const both = { "cognito:roles": [ADMIN, EDITOR] };

describe("a pool without a mapping for the provider", () => {
  it("gives its default role whatever the token says", () => {
    expect(choose(undefined, { ...both, "cognito:preferred_role": ADMIN })).toEqual({ roleArn: DEFAULT });
  });

  it("has no roles to choose from", () => {
    expect(choose(undefined, both, ADMIN)).toEqual({ refused: "custom-role" });
  });

  it("says when it has no default role", () => {
    expect(chooseRole({ claims: {} })).toEqual({ refused: "no-default" });
  });
});

describe("a mapping of type Token", () => {
  it.each([
    ["the preferred role", { ...both, "cognito:preferred_role": EDITOR }, undefined, { roleArn: EDITOR }],
    [
      "a role asked for that the token lists",
      { ...both, "cognito:preferred_role": EDITOR },
      ADMIN,
      { roleArn: ADMIN },
    ],
    [
      "no role that the token does not list",
      { ...both, "cognito:preferred_role": DEFAULT },
      DEFAULT,
      { refused: "custom-role" },
    ],
    ["no role asked for where the token lists none", {}, ADMIN, { refused: "custom-role" }],
    ["the only role, preferred or not", { "cognito:roles": [ADMIN] }, undefined, { roleArn: ADMIN }],
    ["the only role of a text", { "cognito:roles": ADMIN }, undefined, { roleArn: ADMIN }],
    [
      "a role out of a comma-separated text",
      { "cognito:roles": `${ADMIN}, ${EDITOR}` },
      EDITOR,
      { roleArn: EDITOR },
    ],
    ["the default role when several roles tie", both, undefined, { roleArn: DEFAULT }],
    ["the default role when the token has none", {}, undefined, { roleArn: DEFAULT }],
  ])("gives %s", (_what, claims, customRoleArn, choice) => {
    expect(choose(TOKEN, claims, customRoleArn)).toEqual(choice);
  });

  it("denies what is ambiguous when it is told to", () => {
    expect(choose(TOKEN_DENY, both)).toEqual({ refused: "ambiguous" });
    expect(choose(TOKEN_DENY, {})).toEqual({ refused: "ambiguous" });
    expect(choose(TOKEN_DENY, { "cognito:roles": [ADMIN] })).toEqual({ roleArn: ADMIN });
  });

  it("says when ambiguity leads to a default role that is not there", () => {
    expect(chooseRole({ mapping: TOKEN, claims: both })).toEqual({ refused: "no-default" });
  });
});

describe("a mapping of type Rules", () => {
  it.each([
    ["Equals", "acme", { tenant: "acme" }, true],
    ["Equals", "acme", { tenant: "Acme" }, false],
    ["Equals", "acme", { tenant: ["globex", "acme"] }, true],
    ["Equals", "acme", { tenant: ["acme-eu"] }, false],
    ["Equals", "acme", {}, false],
    ["Equals", "true", { tenant: true }, true],
    ["Contains", "cm", { tenant: "acme" }, true],
    ["Contains", "cm", { tenant: ["globex", "acme"] }, true],
    ["Contains", "x", { tenant: "acme" }, false],
    ["StartsWith", "ac", { tenant: "acme" }, true],
    ["StartsWith", "ac", { tenant: ["globex", "acme"] }, true],
    ["StartsWith", "cme", { tenant: "acme" }, false],
    ["NotEqual", "acme", { tenant: "globex" }, true],
    ["NotEqual", "acme", { tenant: "acme" }, false],
    ["NotEqual", "acme", { tenant: ["globex", "acme"] }, false],
    ["NotEqual", "acme", {}, false],
    ["NotEqual", "acme", { tenant: [] }, false],
    ["Contains", "{", { tenant: { nested: "{" } }, false],
  ] as const)("%s %j on %j: %s", (matchType, value, claims, matches) => {
    const mapping = rules({ matchType, value, roleArn: ADMIN });
    expect(choose(mapping, claims)).toEqual(matches ? { roleArn: ADMIN } : { refused: "ambiguous" });
  });

  it("takes the first rule that matches", () => {
    const mapping = rules(
      { matchType: "Equals", value: "globex", roleArn: DEFAULT },
      { matchType: "Contains", value: "ac", roleArn: EDITOR },
      { matchType: "Equals", value: "acme", roleArn: ADMIN },
    );
    expect(choose(mapping, { tenant: "acme" })).toEqual({ roleArn: EDITOR });
  });

  it("lets the caller ask for the role of a later rule, if that matches too", () => {
    const mapping = rules(
      { matchType: "Contains", value: "ac", roleArn: EDITOR },
      { matchType: "Equals", value: "acme", roleArn: ADMIN },
    );
    expect(choose(mapping, { tenant: "acme" }, ADMIN)).toEqual({ roleArn: ADMIN });
    expect(choose(mapping, { tenant: "acme-eu" }, ADMIN)).toEqual({ refused: "custom-role" });
    expect(choose(mapping, { tenant: "acme", ...both }, DEFAULT)).toEqual({ refused: "custom-role" });
  });

  it("falls back on the default role only when it is told to", () => {
    const mapping = rules({ matchType: "Equals", value: "acme", roleArn: ADMIN });
    expect(choose({ ...mapping, ambiguousRoleResolution: "AuthenticatedRole" }, { tenant: "x" })).toEqual({
      roleArn: DEFAULT,
    });
  });

  it("does not read the roles that the token lists", () => {
    const mapping = rules({ matchType: "Equals", value: "acme", roleArn: ADMIN });
    expect(choose(mapping, { "cognito:preferred_role": EDITOR })).toEqual({ refused: "ambiguous" });
  });
});

type Rule = Omit<NonNullable<RoleMapping["rules"]>[number], "claim">;

function rules(...all: readonly Rule[]): RoleMapping {
  const onTenant = all.map((rule) => ({ claim: "tenant", ...rule }));
  return { type: "Rules", ambiguousRoleResolution: "Deny", rules: onTenant };
}

function choose(
  mapping: RoleMapping | undefined,
  claims: Readonly<Record<string, unknown>>,
  customRoleArn?: string,
): unknown {
  return chooseRole({ mapping, claims, customRoleArn, authenticatedRole: DEFAULT });
}
