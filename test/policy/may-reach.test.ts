import { describe, expect, it } from "vitest";
import type { Requirement } from "../../src/domain/operation.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { explain } from "../../src/policy/explain.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy, ruling } from "../support/ruling.ts";

const ARN = "arn:aws:ssm:us-east-1:123456789012:parameter";
const caller = aCaller({ tenant: "acme" });

/** Reads what is below a path, as nobody can tell before. */
const below = (path: string, changes: Partial<Requirement> = {}): Requirement => ({
  action: "ssm:GetParametersByPath",
  resource: `${ARN}${path}`,
  mayReach: [`${ARN}${path}/*`],
  ...changes,
});
/** Of a secret by its name alone: what ends its ARN is not told. */
const secret = (name: string): Requirement => ({
  action: "secretsmanager:GetSecretValue",
  resource: `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}`,
  mayReach: [`arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-??????`],
});
const no = (on: string, changes: Partial<RuleDocument> = {}): RuleDocument => ({
  name: "no",
  deny: ["ssm:*"],
  on: [`${ARN}${on}`],
  ...changes,
});
const ruled = (deny: RuleDocument, requirement: Requirement) =>
  ruling([anAllow("yes"), deny], caller, requirement).verdict;

const said = (rule: RuleDocument, requirement: Requirement) =>
  explain(aPolicy([rule]), caller, anOperation([requirement]), aContext()).rules[0]?.readings[0];

describe("S3.7 a deny of what a request may reach", () => {
  it.each([
    ["/prod/*", "/prod"],
    ["/prod/db", "/prod"],
    ["/prod/db", ""],
    ["/prod/a/b/c*", "/prod/a"],
    ["/*/db", "/prod"],
    ["/????/db", "/prod"],
    ["*", "/prod"],
    ["/${claim:tenant}/db", "/acme"],
    ["/prod/${claim:tenant}/*", "/prod"],
    ["/prod/${claim:tenant}/*", "/prod/acme/x"],
    ["${claim:gone}", "/prod"],
  ])("%s holds for what is below %j", (on, path) => {
    expect(ruled(no(on), below(path))).toBe("denial");
  });

  it.each([
    ["/prod/db", "/test"],
    ["/prod/db", "/prod/db"],
    ["/prod", "/prod/db"],
    ["/${claim:tenant}/db", "/other"],
    ["/????/db", "/production"],
  ])("%s does not hold for what is below %j", (on, path) => {
    expect(ruled(no(on), { ...below(path), resource: `${ARN}/elsewhere` })).toBe("permit");
  });

  it("holds where not even the length is told", () => {
    const own = no("", { deny: ["*"], on: [`${secret("payroll").resource}-AbCdEf`] });
    expect(ruled(own, secret("payroll"))).toBe("denial");
    expect(ruled(own, secret("pay"))).toBe("permit");
    expect(ruled(own, secret("payroll-AbC"))).toBe("permit");
  });

  it("holds by each of many patterns, and only for its action", () => {
    const many = below("/a", { mayReach: [`${ARN}/x/*`, `${ARN}/prod/*`] });
    expect(ruled(no("/prod/db"), many)).toBe("denial");
    expect(ruled(no("/prod/db", { deny: ["ssm:PutParameter"] }), many)).toBe("permit");
    const covering = { ...many, covers: ["ssm:GetParameter"] };
    expect(ruled(no("/prod/db", { deny: ["ssm:GetParameter"] }), covering)).toBe("denial");
  });

  it("holds in any case where case does not matter", () => {
    const anyCase = { anyCase: true } as const;
    expect(ruled(no("/Prod/${claim:tenant}"), below("/pROD", anyCase))).toBe("denial");
    expect(ruled(no("/Prod/${claim:tenant}"), below("/pROD"))).toBe("permit");
    expect(ruled(no("/Test/x"), below("/pROD", anyCase))).toBe("permit");
  });

  it("is found among thousands, and of them the first in the file", () => {
    const many = Array.from({ length: 2000 }, (_, i) => no(`/part${i}/db`, { name: `no ${i}` }));
    const policy = aPolicy([anAllow("yes"), ...many, no("/*", { name: "last" })]);
    const ask = (path: string) => decide(policy, caller, anOperation([below(path)]), aContext());
    expect(ask("/part77")).toMatchObject({ rule: "no 77" });
    expect(ask("")).toMatchObject({ rule: "no 0" });
    expect(ask("/other")).toMatchObject({ rule: "last" });
  });

  it("cannot see by a key that is not told whether its conditions hold", () => {
    const when = { StringEquals: { "s3:x-amz-acl": "x" } };
    expect(ruled(no("/prod/db", { when }), below("/prod"))).toBe("denial");
    expect(ruled(no("/prod*", { when }), below("/prod"))).toBe("permit");
    const told = below("/prod", { keys: new Map([["s3:x-amz-acl", ["y"]]]) });
    expect(ruled(no("/prod/db", { when }), told)).toBe("permit");
  });
});

describe("S3.7 an allow", () => {
  it("means no more by what may be reached", () => {
    const rules = [anAllow("yes", { on: [`${ARN}/prod/*`] })];
    expect(ruling(rules, caller, below("/prod"))).toMatchObject({ reason: "denied-no-rule" });
    expect(ruling([anAllow("yes", { on: [`${ARN}/prod`] })], caller, below("/prod"))).toMatchObject({
      rule: "yes",
    });
  });
});

describe("what a deny says of what may be reached", () => {
  it("is told in words", () => {
    expect(said(no("/prod/db"), below("/prod"))).toMatchObject({
      matches: true,
      why: `it denies ssm:* on ${ARN}/prod/db, which a request for ${ARN}/prod may reach`,
    });
    expect(said(no("/Prod/db"), below("/prod", { anyCase: true }))?.why).toBe(
      `it denies ssm:* on ${ARN}/Prod/db, in any case of its letters, which a request for ${ARN}/prod may reach`,
    );
    expect(said(no("/${claim:gone}"), below("/prod"))?.why).toBe(
      "it denies ssm:* and the claim gone cannot be used, so it might be meant",
    );
    expect(said(no("/test/db"), below("/prod"))).toMatchObject({ matches: false, against: "resource" });
  });
});
