import { describe, expect, it } from "vitest";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { problemsOf } from "../../../src/policy/problems/problems.ts";
import { narrowRules } from "../../../src/policy/suggest/narrow.ts";
import type { Use } from "../../../src/policy/suggest/use.ts";
import { aUse, NAMES_AT_AWS } from "../../support/uses.ts";

const S3 = "arn:aws:s3:::";
const ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";

describe("rules in place of those that there are", () => {
  const rules: readonly RuleDocument[] = [
    { name: "nothing here", deny: ["s3:Delete*"] },
    {
      name: "admins do anything",
      who: { groups: ["admins"], claims: { tenant: "acme" } },
      when: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      allow: ["*"],
      on: ["*"],
      role: "arn:aws:iam::123456789012:role/admin",
      credentials: "service",
    },
    { name: "nobody used it", who: { groups: ["x"] }, allow: ["*"], on: ["*"], role: "pool" },
  ];

  const rulesFor = (uses: readonly Use[], more = {}): readonly RuleDocument[] =>
    narrowRules(uses, { rules, ...more }).map(({ rule }) => rule);

  it("are narrowed to what was used, with their callers, conditions and roles", () => {
    const byAdmins = { groups: ["admins"], rule: "admins do anything" };
    const uses = [aUse(byAdmins), aUse({ ...byAdmins, action: "dynamodb:Query", resource: ORDERS }), aUse()];
    const told = rulesFor(uses);
    expect(told.map(({ name, allow, on }) => [name, allow, on])).toEqual([
      ["admins do anything", ["dynamodb:Query"], [ORDERS]],
      ["admins do anything 2", ["s3:GetObject"], [`${S3}reports/q3.txt`]],
    ]);
    for (const rule of told)
      expect({ ...rules[1], name: rule.name, allow: rule.allow, on: rule.on }).toEqual(rule);
    expect(problemsOf(told, NAMES_AT_AWS)).toEqual([]);
  });

  it("are none for what was done by a rule that is gone, or to be recorded", () => {
    expect(rulesFor([aUse({ rule: "gone" }), aUse()])).toEqual([]);
  });

  it("are named as no other rule will be", () => {
    const byAdmins = aUse({ groups: ["admins"], rule: "admins do anything" });
    const [rule] = rulesFor([byAdmins], { taken: ["admins do anything"] });
    expect(rule?.name).toBe("admins do anything 2");
  });

  it("are for what was done by several rules together, each for its part", () => {
    const read = { name: "read", who: { groups: ["a"] }, allow: ["s3:Get*"], on: [`${S3}a/*`], role: "pool" };
    const write = { ...read, name: "write", allow: ["s3:Put*"], on: [`${S3}b/\${claim:sub}/*`] };
    const others = { ...write, name: "of another group", who: { groups: ["b"] } };
    const other = { ...write, name: "in another role", role: "arn:aws:iam::123456789012:role/other" };
    const uses = [
      aUse({ groups: ["a"], rule: "read", resource: `${S3}a/x` }),
      aUse({ groups: ["a"], rule: "read", action: "s3:PutObject", resource: `${S3}b/\${claim:sub}/x` }),
    ];
    const told = rulesFor(uses, { rules: [read, write, others, other] });
    expect(told.map(({ name, allow, on }) => [name, allow, on])).toEqual([
      ["read", ["s3:GetObject"], [`${S3}a/x`]],
      ["write", ["s3:PutObject"], [`${S3}b/\${claim:sub}/x`]],
    ]);
  });

  it("are as they were written, but for what of them was used", () => {
    const rule = { ...rules[1]!, on: [`${S3}b/\${claim:tenant}/*`] };
    const written = { ...rule, role: "${env:ROLE}", on: ["${env:BUCKET}/${claim:tenant}/*"] };
    const told = rulesFor([aUse({ rule: rule.name, resource: `${S3}b/acme/x` })], {
      rules: [rule],
      written: [written],
    });
    expect(told).toEqual([{ ...written, allow: ["s3:GetObject"] }]);
  });
});
