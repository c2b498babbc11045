import { describe, expect, it } from "vitest";
import type { Caller } from "../../src/domain/caller.ts";
import type { Requirement } from "../../src/domain/operation.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { explain } from "../../src/policy/explain.ts";
import type { PolicyOptions } from "../../src/policy/grant.ts";
import {
  aCaller,
  aContext,
  anAllow,
  anOperation,
  aPlan,
  aPolicy,
  NOW_MS,
  roleArn,
} from "../support/ruling.ts";

const caller = aCaller({ "cognito:groups": ["analysts"], tenant: "acme" });
const read: Requirement = { action: "s3:GetObject", resource: "arn:aws:s3:::reports/q3.txt" };
const write: Requirement = { action: "s3:PutObject", resource: "arn:aws:s3:::home/x" };

interface Asking {
  readonly asked?: readonly Requirement[];
  readonly by?: Caller;
  readonly options?: Partial<PolicyOptions>;
}

const explained = (
  rules: readonly RuleDocument[],
  { asked = [read], by = caller, options = {} }: Asking = {},
) => explain(aPolicy(rules, options), by, anOperation(asked), aContext());

/** What the only rule says of the first requirement. */
const said = (rule: RuleDocument, asked: Requirement = read, by: Caller = caller) => {
  const { matches, against, why } = explained([rule], { asked: [asked], by }).rules[0]?.readings[0] ?? {};
  return [matches === true ? "matches" : against, why];
};

const verdicts = (...rules: readonly RuleDocument[]) =>
  explained(rules, { asked: [read, write] }).rules.map(({ verdict }) => verdict);

const long = (action: string) =>
  anAllow(action, {
    allow: [action],
    on: ["*", `arn:aws:s3:::${"x".repeat(1200)}`],
    role: roleArn("a"),
    credentials: "service",
  });

describe("an explanation", () => {
  it("has the decision, and what every rule says in file order", () => {
    const rules = [
      anAllow("others", { who: { groups: ["admins"] } }),
      anAllow("reports", { allow: ["s3:Get*"], on: ["arn:aws:s3:::reports/*"] }),
      { name: "no deletes", deny: ["s3:Delete*"] },
      anAllow("all"),
    ];
    expect(explained(rules)).toEqual({
      decision: { verdict: "permit", rule: "reports", role: "pool", source: "default" },
      rules: [
        {
          rule: "others",
          effect: "allow",
          verdict: "no",
          notFor: "it is for the group admins, and the caller is in analysts",
          readings: [],
        },
        {
          rule: "reports",
          effect: "allow",
          verdict: "decides",
          readings: [{ ...read, matches: true, why: "it allows s3:Get* on arn:aws:s3:::reports/*" }],
        },
        {
          rule: "no deletes",
          effect: "deny",
          verdict: "no",
          readings: [
            { ...read, matches: false, against: "action", why: "it denies s3:Delete*, not s3:GetObject" },
          ],
        },
        {
          rule: "all",
          effect: "allow",
          verdict: "matches",
          readings: [{ ...read, matches: true, why: "it allows * on *" }],
        },
      ],
    });
  });

  it("tells which rules decide", () => {
    const get = anAllow("get", { allow: ["s3:Get*"], role: roleArn("a") });
    const put = anAllow("put", { allow: ["s3:Put*"], role: roleArn("a") });
    const other = anAllow("other", { allow: ["s3:Put*"], role: roleArn("b") });
    const deny = { name: "no", deny: ["s3:Put*"] };
    expect(verdicts(get, other, put)).toEqual(["decides", "matches", "decides"]);
    expect(verdicts(get, other)).toEqual(["decides", "decides"]);
    expect(verdicts(get, other, put, deny)).toEqual(["matches", "matches", "matches", "decides"]);
    expect(verdicts(get)).toEqual(["matches"]);
    expect(verdicts(anAllow("home", { on: ["${claim:gone}"] }))).toEqual(["decides"]);
  });

  it("tells of no rule that decides where record mode let it through", () => {
    const recording = { untilMs: NOW_MS + 1 };
    const { decision, rules } = explained([anAllow("put", { allow: ["s3:Put*"] })], {
      options: { recording },
    });
    expect(decision).toMatchObject({ recorded: true });
    expect(rules.map(({ verdict }) => verdict)).toEqual(["no"]);
    const disagreeing = [
      anAllow("get", { allow: ["s3:Get*"], role: roleArn("a") }),
      anAllow("put", { allow: ["s3:Put*"], role: roleArn("b") }),
    ];
    const both = explained(disagreeing, { asked: [read, write], options: { recording } });
    expect(both.decision).toMatchObject({ recorded: true });
    expect(both.rules.map(({ verdict }) => verdict)).toEqual(["matches", "matches"]);
  });

  it("tells why the role session of an allow that matches cannot be made", () => {
    const sessions = new Map([["service", aPlan({ tags: { unit: "${claim:unit}" } })]]);
    const rules = [
      anAllow("tagged", { role: roleArn("a"), credentials: "service" }),
      anAllow("not meant", { role: roleArn("a"), credentials: "service", allow: ["s3:Put*"] }),
    ];
    const [tagged, other] = explained(rules, { options: { sessions } }).rules;
    const withoutSession = "the session tag unit cannot be made from this caller's claims";
    expect(tagged).toMatchObject({ verdict: "decides", withoutSession });
    expect(other).not.toHaveProperty("withoutSession");
  });

  it("tells it too where only rules that decide together have none", () => {
    const sessions = new Map([["service", aPlan()]]);
    const both = explained([long("s3:GetObject"), long("s3:PutObject")], {
      asked: [read, write],
      options: { sessions },
    });
    for (const { withoutSession } of both.rules)
      expect(withoutSession).toMatch(/^the session policy has 2\d{3} /);
  });
});

describe("what a rule says", () => {
  it.each<[string, RuleDocument, (string | undefined)[]]>([
    [
      "other actions",
      anAllow("a", { allow: ["s3:PutObject", "s3:ListBucket"] }),
      ["action", "it allows s3:PutObject and s3:ListBucket, not s3:GetObject"],
    ],
    [
      "many other actions",
      anAllow("a", { allow: ["x:1", "x:2", "x:3", "x:4", "x:5", "x:6", "x:7"] }),
      ["action", "it allows x:1, x:2, x:3, x:4, x:5 and 2 more, not s3:GetObject"],
    ],
    [
      "other resources",
      anAllow("a", { on: ["arn:aws:s3:::home/${claim:sub}/*", "arn:aws:s3:::b"] }),
      ["resource", "it is about arn:aws:s3:::home/${claim:sub}/* or arn:aws:s3:::b"],
    ],
    [
      "a claim",
      anAllow("a", { on: ["arn:aws:s3:::b", "${claim:gone}/${claim:sub}"] }),
      ["resource", "the claim gone cannot be used"],
    ],
    [
      "a condition",
      anAllow("a", { when: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
      ["condition", "IpAddress aws:SourceIp does not hold"],
    ],
    [
      "a claim in a deny",
      { name: "no", deny: ["s3:*"], on: ["${claim:gone}"] },
      ["matches", "it denies s3:* and the claim gone cannot be used, so it might be meant"],
    ],
    [
      "a deny of others",
      { name: "no", deny: ["s3:*"], on: ["arn:aws:s3:::b"] },
      ["resource", "it is about arn:aws:s3:::b"],
    ],
    [
      "a deny under a condition",
      { name: "no", deny: ["s3:*"], when: { Null: { "s3:prefix": "false" } } },
      ["condition", "Null s3:prefix does not hold"],
    ],
  ])("of %s is told in words", (_, rule, words) => {
    expect(said(rule)).toEqual(words);
  });

  it("of what is covered, and of what the resource is a part of, is told", () => {
    const version = { ...read, action: "s3:GetObjectVersion", covers: ["s3:GetObject"] };
    expect(said({ name: "no", deny: ["s3:GetObject"] }, version)).toEqual([
      "matches",
      "it denies s3:GetObject, which s3:GetObjectVersion does too, on *",
    ]);
    const index = { action: "dynamodb:Query", resource: "table/T/index/I", within: ["table/T"] };
    expect(said({ name: "no", deny: ["*"], on: ["table/T"] }, index)).toEqual([
      "matches",
      "it denies * on table/T, of which table/T/index/I is a part",
    ]);
  });

  it("of what must be allowed on purpose is told", () => {
    expect(said(anAllow("a"), { ...read, guarded: ["s3:x-amz-acl"] })).toEqual([
      "guarded",
      "s3:GetObject is asked with s3:x-amz-acl, which no condition of it names",
    ]);
    expect(said(anAllow("a"), { ...read, action: "s3:CreateSession" })).toEqual([
      "action",
      "s3:CreateSession gives credentials, so that only its literal name allows it",
    ]);
  });

  it("never holds the value of a claim", () => {
    const secret = "the-value";
    const by = aCaller({ tenant: secret, unit: `${secret}*`, token_use: "access", scope: secret });
    const rules = [
      anAllow("claims", { who: { claims: { tenant: "other" } } }),
      anAllow("scopes", { who: { scopes: ["other"] } }),
      anAllow("on", { on: ["${claim:tenant}", "${claim:unit}"] }),
      anAllow("when", { when: { StringEquals: { "claim:tenant": "x", "s3:prefix": "${claim:tenant}" } } }),
      { name: "no", deny: ["s3:Put*"], on: ["${claim:unit}"] },
    ];
    expect(JSON.stringify(explained(rules, { by }))).not.toContain(secret);
  });
});
