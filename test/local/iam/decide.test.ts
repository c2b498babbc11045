import { describe, expect, it } from "vitest";
import { decideIam } from "../../../src/local/iam/decide.ts";
import { compilePolicy } from "../../../src/local/iam/policy.ts";
import type { IamContext } from "../../../src/local/iam/context.ts";
import type { IamDecision } from "../../../src/local/iam/decide.ts";

/** Statements of one identity policy, and what is asked; action and resource default to reading one report. */
interface Case {
  readonly name: string;
  readonly statements: readonly object[];
  readonly action?: string;
  readonly resource?: string;
  readonly context?: IamContext;
  readonly answer: IamDecision;
}

const REPORT = "arn:aws:s3:::reports/q3.txt";
const read = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };

/** A statement that allows everything if the condition holds. */
function when(condition: object): readonly object[] {
  return [{ Effect: "Allow", Action: "*", Resource: "*", Condition: condition }];
}

function on(resource: string): readonly object[] {
  return [{ Effect: "Allow", Action: "*", Resource: resource }];
}

const effects: readonly Case[] = [
  { name: "denies by default", statements: [], answer: "implicit-deny" },
  { name: "allows what a statement allows", statements: [read], answer: "allow" },
  {
    name: "lets a deny win over an allow that comes later",
    statements: [{ Effect: "Deny", Action: "s3:*", Resource: "*" }, read],
    answer: "explicit-deny",
  },
  {
    name: "does not allow another action",
    statements: [read],
    action: "s3:PutObject",
    answer: "implicit-deny",
  },
  {
    name: "ignores case in actions",
    statements: [{ ...read, Action: "S3:getobject" }],
    answer: "allow",
  },
  { name: "takes * in actions", statements: [{ ...read, Action: "s3:Get*" }], answer: "allow" },
  { name: "takes ? in actions", statements: [{ ...read, Action: "s3:?etObject" }], answer: "allow" },
  {
    name: "does not let s3:Get* reach s3:ListBucket",
    statements: [{ ...read, Action: "s3:Get*" }],
    action: "s3:ListBucket",
    answer: "implicit-deny",
  },
  {
    name: "takes a list of actions",
    statements: [{ ...read, Action: ["s3:PutObject", "s3:GetObject"] }],
    answer: "allow",
  },
  {
    name: "allows with NotAction everything but the actions named",
    statements: [{ Effect: "Allow", NotAction: "iam:*", Resource: "*" }],
    answer: "allow",
  },
  {
    name: "does not allow what NotAction names",
    statements: [{ Effect: "Allow", NotAction: ["iam:*", "s3:Get*"], Resource: "*" }],
    answer: "implicit-deny",
  },
  {
    name: "denies with NotAction what is not named",
    statements: [read, { Effect: "Deny", NotAction: "dynamodb:*", Resource: "*" }],
    answer: "explicit-deny",
  },
  {
    name: "allows with NotResource what is not named",
    statements: [{ Effect: "Allow", Action: "*", NotResource: "arn:aws:s3:::audit/*" }],
    answer: "allow",
  },
  {
    name: "does not allow what NotResource names",
    statements: [
      { Effect: "Allow", Action: "*", NotResource: ["arn:aws:s3:::audit/*", "arn:aws:s3:::reports/*"] },
    ],
    answer: "implicit-deny",
  },
  {
    name: "ignores a principal in an identity policy",
    statements: [{ ...read, Principal: { AWS: "arn:aws:iam::999999999999:root" } }],
    answer: "allow",
  },
];

const resources: readonly Case[] = [
  { name: "matches a resource to the letter", statements: on(REPORT), answer: "allow" },
  { name: "heeds case in resources", statements: on("arn:aws:s3:::Reports/q3.txt"), answer: "implicit-deny" },
  { name: "lets * cross slashes", statements: on("arn:aws:s3:::*.txt"), answer: "allow" },
  { name: "lets * stand for nothing", statements: on("arn:aws:s3:::reports/*q3.txt"), answer: "allow" },
  {
    name: "wants exactly one character for ?",
    statements: on("arn:aws:s3:::reports/q??.txt"),
    answer: "implicit-deny",
  },
  { name: "takes several wildcards", statements: on("arn:aws:s3:::*rep*/q?.*t"), answer: "allow" },
  { name: "does not let a prefix do", statements: on("arn:aws:s3:::reports/q3"), answer: "implicit-deny" },
  {
    name: "keeps a bucket apart from its objects",
    statements: on("arn:aws:s3:::reports"),
    answer: "implicit-deny",
  },
  { name: "fills an incomplete ARN with wildcards", statements: on("arn:aws:s3"), answer: "allow" },
  {
    name: "puts a principal tag in place",
    statements: on("arn:aws:s3:::home/${aws:PrincipalTag/sub}/*"),
    resource: "arn:aws:s3:::home/u-1/notes.txt",
    context: { "aws:PrincipalTag/sub": "u-1" },
    answer: "allow",
  },
  {
    name: "puts an identity id, colon and all, in place",
    statements: on("arn:aws:iot:us-east-1:123456789012:client/${cognito-identity.amazonaws.com:sub}"),
    resource: "arn:aws:iot:us-east-1:123456789012:client/us-east-1:4f1c",
    context: { "cognito-identity.amazonaws.com:sub": "us-east-1:4f1c" },
    answer: "allow",
  },
  {
    name: "looks variables up whatever their case",
    statements: on("arn:aws:s3:::home/${AWS:principaltag/SUB}/*"),
    resource: "arn:aws:s3:::home/u-1/notes.txt",
    context: { "aws:PrincipalTag/sub": "u-1" },
    answer: "allow",
  },
  {
    name: "matches nothing when a variable has no value",
    statements: on("arn:aws:s3:::home/${aws:PrincipalTag/sub}*"),
    resource: "arn:aws:s3:::home/",
    answer: "implicit-deny",
  },
  {
    name: "falls back on the default of a variable",
    statements: on("arn:aws:s3:::home/${aws:PrincipalTag/team, 'all of us'}/*"),
    resource: "arn:aws:s3:::home/all of us/x",
    answer: "allow",
  },
  {
    name: "prefers the value to the default",
    statements: on("arn:aws:s3:::home/${aws:PrincipalTag/team, 'all'}/*"),
    resource: "arn:aws:s3:::home/all/x",
    context: { "aws:PrincipalTag/team": "red" },
    answer: "implicit-deny",
  },
  {
    name: "does not take a substituted * as a wildcard",
    statements: on("arn:aws:s3:::home/${aws:PrincipalTag/sub}/*"),
    resource: "arn:aws:s3:::home/u-1/notes.txt",
    context: { "aws:PrincipalTag/sub": "*" },
    answer: "implicit-deny",
  },
  {
    name: "does not take a substituted ? as a wildcard",
    statements: on("arn:aws:s3:::home/${aws:PrincipalTag/sub}/*"),
    resource: "arn:aws:s3:::home/u/notes.txt",
    context: { "aws:PrincipalTag/sub": "?" },
    answer: "implicit-deny",
  },
  {
    name: "does not substitute in what was substituted",
    statements: on("arn:aws:s3:::home/${aws:PrincipalTag/sub}/*"),
    resource: "arn:aws:s3:::home/u-1/notes.txt",
    context: { "aws:PrincipalTag/sub": "${aws:PrincipalTag/other}", "aws:PrincipalTag/other": "u-1" },
    answer: "implicit-deny",
  },
  {
    name: "writes a literal star as ${*}",
    statements: on("arn:aws:s3:::reports/${*}"),
    resource: "arn:aws:s3:::reports/*",
    answer: "allow",
  },
  {
    name: "does not take ${*} for a wildcard",
    statements: on("arn:aws:s3:::reports/${*}"),
    answer: "implicit-deny",
  },
  {
    name: "writes ? and $ as ${?} and ${$}",
    statements: on("arn:aws:s3:::reports/${?}${$}{x}"),
    resource: "arn:aws:s3:::reports/?${x}",
    answer: "allow",
  },
  {
    name: "substitutes no multivalued key",
    statements: on("arn:aws:s3:::home/${aws:TagKeys}/*"),
    resource: "arn:aws:s3:::home/a/x",
    context: { "aws:TagKeys": ["a", "b"] },
    answer: "implicit-deny",
  },
];

const conditions: readonly Case[] = [
  {
    name: "wants equal strings",
    statements: when({ StringEquals: { k: "a" } }),
    context: { k: "a" },
    answer: "allow",
  },
  {
    name: "heeds case in StringEquals",
    statements: when({ StringEquals: { k: "A" } }),
    context: { k: "a" },
    answer: "implicit-deny",
  },
  {
    name: "ignores case in keys",
    statements: when({ StringEquals: { "AWS:UserId": "a" } }),
    context: { "aws:userid": "a" },
    answer: "allow",
  },
  {
    name: "takes any of several values",
    statements: when({ StringEquals: { k: ["b", "a"] } }),
    context: { k: "a" },
    answer: "allow",
  },
  {
    name: "wants every key",
    statements: when({ StringEquals: { k: "a", l: "b" } }),
    context: { k: "a" },
    answer: "implicit-deny",
  },
  {
    name: "wants every operator",
    statements: when({ StringEquals: { k: "a" }, Bool: { s: "true" } }),
    context: { k: "a", s: "false" },
    answer: "implicit-deny",
  },
  {
    name: "takes * in StringEquals literally",
    statements: when({ StringEquals: { k: "a*" } }),
    context: { k: "ab" },
    answer: "implicit-deny",
  },
  {
    name: "fails StringEquals on an absent key",
    statements: when({ StringEquals: { k: "a" } }),
    answer: "implicit-deny",
  },
  {
    name: "passes StringNotEquals on an absent key",
    statements: when({ StringNotEquals: { k: "a" } }),
    answer: "allow",
  },
  {
    name: "means none of several values by StringNotEquals",
    statements: when({ StringNotEquals: { k: ["b", "a"] } }),
    context: { k: "a" },
    answer: "implicit-deny",
  },
  {
    name: "passes StringNotEquals on a value without equal",
    statements: when({ StringNotEquals: { k: ["b", "c"] } }),
    context: { k: "a" },
    answer: "allow",
  },
  {
    name: "ignores case where asked",
    statements: when({ StringEqualsIgnoreCase: { k: "ABC" } }),
    context: { k: "aBc" },
    answer: "allow",
  },
  {
    name: "negates that too",
    statements: when({ StringNotEqualsIgnoreCase: { k: "ABC" } }),
    context: { k: "aBc" },
    answer: "implicit-deny",
  },
  {
    name: "takes wildcards in StringLike",
    statements: when({ StringLike: { k: "u-?/*" } }),
    context: { k: "u-1/x" },
    answer: "allow",
  },
  {
    name: "negates StringLike",
    statements: when({ StringNotLike: { k: ["a*", "b*"] } }),
    context: { k: "bc" },
    answer: "implicit-deny",
  },
  {
    name: "puts variables into condition values",
    statements: when({ StringLike: { "s3:prefix": "${aws:PrincipalTag/sub}/*" } }),
    context: { "s3:prefix": "u-1/a", "aws:PrincipalTag/sub": "u-1" },
    answer: "allow",
  },
  {
    name: "takes a substituted * in StringLike literally",
    statements: when({ StringLike: { "s3:prefix": "${aws:PrincipalTag/sub}/*" } }),
    context: { "s3:prefix": "u-1/a", "aws:PrincipalTag/sub": "*" },
    answer: "implicit-deny",
  },
  {
    name: "finds nothing equal to a variable without a value",
    statements: when({ StringNotEquals: { k: "${aws:PrincipalTag/x}" } }),
    context: { k: "a" },
    answer: "allow",
  },
  {
    name: "compares numbers as numbers",
    statements: when({ NumericEquals: { k: "10" } }),
    context: { k: "10.0" },
    answer: "allow",
  },
  {
    name: "takes numbers of JSON",
    statements: when({ NumericLessThanEquals: { "s3:max-keys": 10 } }),
    context: { "s3:max-keys": "10" },
    answer: "allow",
  },
  {
    name: "tells less from equal",
    statements: when({ NumericLessThan: { "s3:max-keys": "10" } }),
    context: { "s3:max-keys": "10" },
    answer: "implicit-deny",
  },
  {
    name: "finds no number in a word",
    statements: when({ NumericGreaterThan: { k: "1" } }),
    context: { k: "many" },
    answer: "implicit-deny",
  },
  {
    name: "fails NumericGreaterThanEquals on an absent key",
    statements: when({ NumericGreaterThanEquals: { k: "1" } }),
    answer: "implicit-deny",
  },
  {
    name: "negates numbers",
    statements: when({ NumericNotEquals: { k: ["1", "2"] } }),
    context: { k: "2" },
    answer: "implicit-deny",
  },
  {
    name: "compares dates across zones",
    statements: when({ DateEquals: { k: "2026-01-01T01:00:00+01:00" } }),
    context: { k: "2026-01-01T00:00:00Z" },
    answer: "allow",
  },
  {
    name: "takes epoch seconds for a date",
    statements: when({ DateLessThan: { "aws:CurrentTime": "1767225600" } }),
    context: { "aws:CurrentTime": "2025-12-31T23:59:59Z" },
    answer: "allow",
  },
  {
    name: "ends a window of time",
    statements: when({
      DateGreaterThan: { k: "2026-01-01T00:00:00Z" },
      DateLessThan: { k: "2026-02-01T00:00:00Z" },
    }),
    context: { k: "2026-02-01T00:00:00Z" },
    answer: "implicit-deny",
  },
  {
    name: "takes booleans of JSON",
    statements: when({ Bool: { "aws:SecureTransport": true } }),
    context: { "aws:SecureTransport": "true" },
    answer: "allow",
  },
  {
    name: "fails Bool on an absent key",
    statements: when({ Bool: { "aws:SecureTransport": "false" } }),
    answer: "implicit-deny",
  },
  {
    name: "compares bytes, not their writing",
    statements: when({ BinaryEquals: { k: "QQ==" } }),
    context: { k: "QQ" },
    answer: "allow",
  },
  {
    name: "finds an address in its range",
    statements: when({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"] } }),
    context: { "aws:SourceIp": "192.0.2.7" },
    answer: "allow",
  },
  {
    name: "finds an address outside its range",
    statements: when({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }),
    context: { "aws:SourceIp": "11.0.0.1" },
    answer: "implicit-deny",
  },
  {
    name: "takes an address alone for itself",
    statements: when({ IpAddress: { "aws:SourceIp": "203.0.113.7" } }),
    context: { "aws:SourceIp": "203.0.113.8" },
    answer: "implicit-deny",
  },
  {
    name: "knows IPv6",
    statements: when({ IpAddress: { "aws:SourceIp": "2001:db8:1::/48" } }),
    context: { "aws:SourceIp": "2001:DB8:1:2::5" },
    answer: "allow",
  },
  {
    name: "means none of the ranges by NotIpAddress",
    statements: when({ NotIpAddress: { "aws:SourceIp": ["10.0.0.0/8", "11.0.0.0/8"] } }),
    context: { "aws:SourceIp": "11.0.0.1" },
    answer: "implicit-deny",
  },
  {
    name: "matches ARNs part by part",
    statements: when({ ArnLike: { k: "arn:aws:sns:*:123456789012:t-*" } }),
    context: { k: "arn:aws:sns:us-east-1:123456789012:t-1" },
    answer: "allow",
  },
  {
    name: "lets no wildcard cross the parts of an ARN",
    statements: when({ ArnLike: { k: "arn:aws:sns:*:t-1" } }),
    context: { k: "arn:aws:sns:us-east-1:123456789012:t-1" },
    answer: "implicit-deny",
  },
  {
    name: "takes wildcards in ArnEquals too",
    statements: when({ ArnEquals: { k: "arn:aws:iam::*:role/a" } }),
    context: { k: "arn:aws:iam::123456789012:role/a" },
    answer: "allow",
  },
  {
    name: "negates ARNs",
    statements: when({ ArnNotLike: { k: "arn:aws:iam::*:role/a" } }),
    context: { k: "arn:aws:iam::123456789012:role/a" },
    answer: "implicit-deny",
  },
  {
    name: "passes ArnNotEquals on an absent key",
    statements: when({ ArnNotEquals: { k: "arn:aws:iam::*:role/a" } }),
    answer: "allow",
  },
  {
    name: "asks by Null that a key is there",
    statements: when({ Null: { k: "false" } }),
    context: { k: "" },
    answer: "allow",
  },
  { name: "asks by Null that a key is absent", statements: when({ Null: { k: true } }), answer: "allow" },
  {
    name: "fails Null on a key that is there",
    statements: when({ Null: { k: "true" } }),
    context: { k: "a" },
    answer: "implicit-deny",
  },
  {
    name: "passes IfExists on an absent key",
    statements: when({ StringEqualsIfExists: { k: "a" } }),
    answer: "allow",
  },
  {
    name: "heeds IfExists on a key that is there",
    statements: when({ StringEqualsIfExists: { k: "a" } }),
    context: { k: "b" },
    answer: "implicit-deny",
  },
  {
    name: "passes ForAllValues when every value fits",
    statements: when({ "ForAllValues:StringEquals": { k: ["a", "b", "c"] } }),
    context: { k: ["a", "b"] },
    answer: "allow",
  },
  {
    name: "fails ForAllValues when one value does not fit",
    statements: when({ "ForAllValues:StringEquals": { k: ["a", "b"] } }),
    context: { k: ["a", "x"] },
    answer: "implicit-deny",
  },
  {
    name: "passes ForAllValues on an absent key",
    statements: when({ "ForAllValues:StringEquals": { k: "a" } }),
    answer: "allow",
  },
  {
    name: "passes ForAllValues on an empty set",
    statements: when({ "ForAllValues:StringEquals": { k: "a" } }),
    context: { k: [] },
    answer: "allow",
  },
  {
    name: "takes an empty string for an empty set in ForAllValues",
    statements: when({ "ForAllValues:StringEquals": { k: "a" } }),
    context: { k: "" },
    answer: "allow",
  },
  {
    name: "passes ForAnyValue when one value fits",
    statements: when({ "ForAnyValue:StringLike": { k: "a*" } }),
    context: { k: ["x", "ab"] },
    answer: "allow",
  },
  {
    name: "fails ForAnyValue on an absent key",
    statements: when({ "ForAnyValue:StringEquals": { k: "a" } }),
    answer: "implicit-deny",
  },
  {
    name: "fails a negated ForAnyValue on an absent key",
    statements: when({ "ForAnyValue:StringNotEquals": { k: "a" } }),
    answer: "implicit-deny",
  },
  {
    name: "passes a negated ForAnyValue when one value is none of them",
    statements: when({ "ForAnyValue:StringNotEquals": { k: ["a", "b"] } }),
    context: { k: ["a", "x"] },
    answer: "allow",
  },
  {
    name: "fails a negated ForAllValues when one value is among them",
    statements: when({ "ForAllValues:StringNotEquals": { k: ["a", "b"] } }),
    context: { k: ["a", "x"] },
    answer: "implicit-deny",
  },
  {
    name: "joins a set operator with IfExists",
    statements: when({ "ForAnyValue:StringEqualsIfExists": { k: "a" } }),
    answer: "allow",
  },
  {
    name: "compares one value of a multivalued key as a single one",
    statements: when({ StringEquals: { k: "a" } }),
    context: { k: ["a"] },
    answer: "allow",
  },
  {
    name: "does not compare several values without a set operator",
    statements: when({ StringEquals: { k: ["a", "b"] } }),
    context: { k: ["a", "b"] },
    answer: "implicit-deny",
  },
  {
    name: "applies a deny only under its condition",
    statements: [
      read,
      { Effect: "Deny", Action: "*", Resource: "*", Condition: { StringEquals: { k: "a" } } },
    ],
    context: { k: "b" },
    answer: "allow",
  },
  {
    name: "guards LeadingKeys with Null against scans",
    statements: when({
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "${aws:PrincipalTag/sub}" },
      Null: { "dynamodb:LeadingKeys": "false" },
    }),
    context: { "aws:PrincipalTag/sub": "u-1" },
    answer: "implicit-deny",
  },
];

describe.each([
  ["effects, actions and elements", effects],
  ["resources and variables", resources],
  ["conditions", conditions],
])("decideIam: %s", (_title, cases) => {
  it.each(cases)("$name", ({ statements, action, resource, context, answer }) => {
    const policy = compilePolicy({ Version: "2012-10-17", Statement: statements });
    const request = {
      action: action ?? "s3:GetObject",
      resource: resource ?? REPORT,
      context: context ?? {},
    };
    expect(decideIam({ identityPolicies: [policy], sessionPolicies: [] }, request)).toBe(answer);
  });
});

describe("decideIam with several policies", () => {
  const all = compilePolicy({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } });
  const onlyRead = compilePolicy({ Statement: read });
  const noRead = compilePolicy({ Statement: { ...read, Effect: "Deny" } });
  const ask = { action: "s3:PutObject", resource: REPORT, context: {} };

  it("takes the allow of any identity policy", () => {
    expect(decideIam({ identityPolicies: [onlyRead, all], sessionPolicies: [] }, ask)).toBe("allow");
  });

  it("wants an allow of every session policy besides", () => {
    expect(decideIam({ identityPolicies: [all], sessionPolicies: [all, onlyRead] }, ask)).toBe(
      "implicit-deny",
    );
  });

  it("grants nothing by a session policy alone", () => {
    expect(decideIam({ identityPolicies: [onlyRead], sessionPolicies: [all] }, ask)).toBe("implicit-deny");
  });

  it("heeds a deny in a session policy", () => {
    const request = { ...ask, action: "s3:GetObject" };
    expect(decideIam({ identityPolicies: [all], sessionPolicies: [all, noRead] }, request)).toBe(
      "explicit-deny",
    );
  });
});
