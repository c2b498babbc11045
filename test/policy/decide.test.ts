import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { aCaller, anAllow, anOperation, roleArn, ruling } from "../support/ruling.ts";

const caller = aCaller({ "cognito:groups": ["analysts"], tenant: "acme" });
const read = { action: "s3:GetObject", resource: "arn:aws:s3:::reports/q3.txt" };
const write = { action: "s3:PutObject", resource: "arn:aws:s3:::home/x" };

describe("one requirement", () => {
  it("is denied where no rule allows it", () => {
    expect(ruling([], caller, read)).toEqual({
      verdict: "denial",
      reason: "denied-no-rule",
      detail: "s3:GetObject on arn:aws:s3:::reports/q3.txt",
    });
    expect(ruling([anAllow("a", { allow: ["s3:PutObject"] })], caller, read)).toMatchObject({
      reason: "denied-no-rule",
    });
    expect(ruling([anAllow("a", { on: ["arn:aws:s3:::home/*"] })], caller, read)).toMatchObject({
      reason: "denied-no-rule",
    });
    expect(ruling([anAllow("a", { who: { groups: ["admins"] } })], caller, read)).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it("is allowed with the role and source of the first rule that allows it", () => {
    const rules = [
      anAllow("others", { who: { groups: ["admins"] } }),
      anAllow("first", { role: roleArn("analyst"), credentials: "service" }),
      anAllow("second"),
    ];
    expect(ruling(rules, caller, read)).toEqual({
      verdict: "permit",
      rule: "first",
      role: roleArn("analyst"),
      source: "service",
    });
    expect(ruling(rules.toReversed(), caller, read)).toMatchObject({
      verdict: "permit",
      rule: "second",
      source: "default",
    });
  });

  it("is denied by a deny, wherever it stands in the file", () => {
    const deny: RuleDocument = { name: "no", deny: ["s3:Get*"], on: ["arn:aws:s3:::reports/*"] };
    for (const rules of [
      [anAllow("yes"), deny],
      [deny, anAllow("yes")],
    ]) {
      expect(ruling(rules, caller, read)).toMatchObject({ reason: "denied-by-rule", rule: "no" });
      expect(ruling(rules, caller, write)).toMatchObject({ verdict: "permit" });
    }
  });

  it("S4.1 is denied by a deny without who and on, which means all", () => {
    expect(ruling([anAllow("yes"), { name: "no", deny: ["*"] }], caller, read)).toMatchObject({ rule: "no" });
  });

  it("is not denied by a deny that is about others", () => {
    const deny: RuleDocument = { name: "no", deny: ["*"], who: { groups: ["guests"] } };
    expect(ruling([anAllow("yes"), deny], caller, read)).toMatchObject({ verdict: "permit" });
  });

  it("is denied where nothing is asked at all", () => {
    expect(ruling([anAllow("yes")], caller)).toMatchObject({ verdict: "denial", reason: "denied-no-rule" });
  });
});

describe("S4.3 what has the same effect", () => {
  const version = { action: "s3:GetObjectVersion", resource: read.resource, covers: ["s3:GetObject"] };

  it("is denied by a deny on what it covers", () => {
    const deny: RuleDocument = { name: "no", deny: ["s3:GetObject"] };
    expect(ruling([anAllow("yes"), deny], caller, version)).toMatchObject({
      reason: "denied-by-rule",
      rule: "no",
    });
  });

  it("is not allowed by an allow on what it covers", () => {
    expect(ruling([anAllow("yes", { allow: ["s3:GetObject"] })], caller, version)).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it("is told apart from the same action that covers nothing, or something else", () => {
    const policy = compilePolicy([anAllow("yes"), { name: "no", deny: ["x:Delete"] }], "default");
    const asked = (covers?: string[]) =>
      decide(policy, caller, anOperation([{ action: "x:Batch", resource: "*", ...(covers && { covers }) }]))
        .verdict;
    expect([asked(), asked(["x:Delete"]), asked(["x:Put"]), asked(["x:Put", "x:Delete"])]).toEqual([
      "permit",
      "denial",
      "permit",
      "denial",
    ]);
  });

  it("is denied on an index by a deny on its table, and allowed on the index alone", () => {
    const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Secret";
    const query = { action: "dynamodb:Query", resource: `${table}/index/ByDate`, within: [table] };
    expect(ruling([anAllow("yes"), { name: "no", deny: ["*"], on: [table] }], caller, query)).toMatchObject({
      rule: "no",
    });
    expect(ruling([anAllow("table", { on: [table] })], caller, query)).toMatchObject({
      reason: "denied-no-rule",
    });
    expect(ruling([anAllow("index", { on: [`${table}/index/*`] })], caller, query)).toMatchObject({
      rule: "index",
    });
  });
});

describe("S4.4 credentials", () => {
  const session = { action: "s3:CreateSession", resource: "arn:aws:s3:::reports" };

  it.each(["*", "s3:*", "s3:Create*", "s3:CreateSessio?"])("are not given by %s", (action) => {
    expect(ruling([anAllow("yes", { allow: [action] })], caller, session)).toMatchObject({
      reason: "denied-no-rule",
    });
  });

  it("are given by their literal name, in whatever case", () => {
    expect(ruling([anAllow("yes", { allow: ["s3:createsession"] })], caller, session)).toMatchObject({
      verdict: "permit",
    });
  });

  it("are denied by a wildcard", () => {
    const rules = [anAllow("yes", { allow: ["s3:CreateSession"] }), { name: "no", deny: ["s3:*"] }];
    expect(ruling(rules, caller, session)).toMatchObject({ rule: "no" });
  });
});

describe("S4.5 a claim that cannot be used", () => {
  const on = ["arn:aws:s3:::home/${claim:tenant}/*"];
  const asked = { action: "s3:GetObject", resource: "arn:aws:s3:::home/acme/x" };

  it("never matches an allow, and says so", () => {
    for (const tenant of ["*", "", undefined, ["acme"], "a/b"]) {
      expect(ruling([anAllow("home", { on })], aCaller({ tenant }), asked)).toMatchObject({
        reason: "claim-unusable",
        rule: "home",
      });
    }
    expect(ruling([anAllow("home", { on })], caller, asked)).toMatchObject({ verdict: "permit" });
  });

  it("always matches a deny", () => {
    const rules = [anAllow("yes"), { name: "no", deny: ["*"], on }];
    expect(ruling(rules, aCaller({ tenant: "*" }), asked)).toMatchObject({
      reason: "denied-by-rule",
      rule: "no",
    });
    expect(ruling(rules, aCaller({ tenant: "other" }), asked)).toMatchObject({ verdict: "permit" });
  });

  it("does not stand in the way of another pattern, or another rule", () => {
    const rule = anAllow("home", { on: [...on, "arn:aws:s3:::home/*"] });
    expect(ruling([rule], aCaller(), asked)).toMatchObject({ rule: "home" });
    expect(ruling([anAllow("home", { on }), anAllow("all")], aCaller(), asked)).toMatchObject({
      rule: "all",
    });
  });

  it("is no reason where the rule is about others", () => {
    const rule = anAllow("home", { on, who: { groups: ["admins"] } });
    expect(ruling([rule], aCaller(), asked)).toMatchObject({ reason: "denied-no-rule" });
  });
});

describe("several requirements", () => {
  const reader = anAllow("reader", { allow: ["s3:Get*"], role: roleArn("reader") });
  const writer = anAllow("writer", { allow: ["s3:Put*"], role: roleArn("writer") });
  const both = anAllow("both", { role: roleArn("both") });

  it("are allowed with the first role in the file that all of them may have", () => {
    expect(ruling([reader, writer, both], caller, read, write)).toMatchObject({
      rule: "both",
      role: roleArn("both"),
    });
  });

  it("may be allowed by different rules that give the same", () => {
    const second = anAllow("second", { allow: ["s3:Put*"], role: roleArn("reader") });
    expect(ruling([writer, reader, second], caller, read, write)).toMatchObject({ rule: "reader" });
  });

  it("are refused where no role is common, with the names of the rules in file order", () => {
    expect(ruling([writer, reader], caller, read, write)).toMatchObject({
      reason: "roles-disagree",
      rule: "writer, reader",
    });
  });

  it("S2.4 take the same role of different sources, and the pool's choice and a role, for different", () => {
    const pool = anAllow("pool", { allow: ["s3:Put*"], role: "pool" });
    expect(ruling([reader, pool], caller, read, write)).toMatchObject({ reason: "roles-disagree" });
    const elsewhere = anAllow("elsewhere", {
      allow: ["s3:Put*"],
      role: roleArn("reader"),
      credentials: "service",
    });
    expect(ruling([reader, elsewhere], caller, read, write)).toMatchObject({ reason: "roles-disagree" });
  });

  it("are denied where one is, and it is named", () => {
    const deny: RuleDocument = { name: "no", deny: ["s3:PutObject"] };
    expect(ruling([both, deny], caller, read, write)).toMatchObject({ reason: "denied-by-rule", rule: "no" });
    expect(ruling([reader], caller, read, write)).toMatchObject({
      reason: "denied-no-rule",
      detail: "s3:PutObject on arn:aws:s3:::home/x",
    });
  });

  it("are read once a rule, however many there are", () => {
    let asked = 0;
    const groups: readonly string[] = ["analysts"];
    const counting = {
      ...caller,
      get groups() {
        asked++;
        return groups;
      },
    };
    const many = Array.from({ length: 1000 }, (_, i) => ({
      action: "s3:DeleteObject",
      resource: `arn:aws:s3:::b/${i}`,
    }));
    expect(ruling([anAllow("yes", { who: { groups: ["analysts"] } })], counting, ...many)).toMatchObject({
      rule: "yes",
    });
    expect(asked).toBe(1);
  });
});
