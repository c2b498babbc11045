import { describe, expect, it } from "vitest";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { handedOut } from "../../../src/policy/problems/handed-out.ts";
import { warningsOf } from "../../../src/policy/problems/lints.ts";
import { problemsOf } from "../../../src/policy/problems/problems.ts";
import { KNOWN } from "../../support/known-actions.ts";
import { anAllow, aPlan, NAMES, roleArn } from "../../support/ruling.ts";

const role = roleArn("a");
const out = (changes: Partial<RuleDocument> = {}) =>
  anAllow("out", { allow: ["postern:GetCredentials"], on: [role], role, ...changes });
const said = (rule: RuleDocument, names = NAMES) =>
  handedOut(rule, names).map(({ path, message }) => `${path.join(".")}: ${message}`);
const names = { ...NAMES, actions: KNOWN, immutableClaims: new Map() };

describe("S4.4 a rule that hands out credentials", () => {
  it.each([
    ["of a role of the identity pool", out()],
    [
      "held to what else it allows",
      out({ credentials: "service", allow: ["s3:GetObject", "postern:getcredentials"], on: ["*", role] }),
    ],
    [
      "held to a policy of its own",
      out({ credentials: "service", sessionPolicy: { Version: "2012-10-17", Statement: [{}] } }),
    ],
  ])("is nothing to complain of: %s", (_, rule) => {
    expect(said(rule)).toEqual([]);
    expect(problemsOf([rule], names)).toEqual([]);
    expect(warningsOf([rule], names)).toEqual([]);
  });

  it("is told where its sessions can do nothing", () => {
    expect(said(out({ credentials: "service" }))).toEqual([
      expect.stringMatching(
        /^allow\.0: sessions of the source "service" are held to what else the rule allows, which is nothing/,
      ),
    ]);
    const wide = { kind: "assume-role", plan: aPlan({ downscope: false }) } as const;
    expect(said(out({ credentials: "wide" }), { ...NAMES, sources: new Map([["wide", wide]]) })).toEqual([]);
  });

  it("is told where it does not name the role that it gives", () => {
    expect(said(out({ on: [roleArn("b")] }))).toEqual([
      `on: postern:GetCredentials is about the role of the rule: write ${role} beside what else is there`,
    ]);
    expect(said(out({ on: ["*"] }))).toHaveLength(1);
    expect(said(out({ role: "pool" }))).toEqual([
      "role: postern:GetCredentials is about a role that the rule names, and pool names none",
    ]);
  });

  it("is no rule that gives others, or denies", () => {
    expect(said(anAllow("a"))).toEqual([]);
    expect(said({ name: "d", deny: ["postern:GetCredentials"] })).toEqual([]);
  });

  it("is among the warnings", () => {
    expect(warningsOf([out({ credentials: "service" })], names)).toHaveLength(1);
  });
});
