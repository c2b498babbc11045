import { describe, expect, it } from "vitest";
import type { KnownAction } from "../../../src/domain/known-action.ts";
import { openActionBook } from "../../../src/policy/problems/action-book.ts";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { compileResourceCheck } from "../../../src/policy/problems/resource-problems.ts";
import { compileMeets } from "../../../src/policy/scope/resource-shape.ts";
import { KNOWN } from "../../support/known-actions.ts";
import { anAllow, NAMES } from "../../support/ruling.ts";

const check = compileResourceCheck(openActionBook(KNOWN), { ...NAMES, actions: KNOWN });
const S3 = "arn:aws:s3:::";
const TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/";
const rule = (allow: readonly string[], ...on: readonly string[]) => anAllow("a", { allow, on });
const OBJECTS = "s3:GetObject is about objects, such as arn:aws:s3:::BUCKET/KEY";

describe("a resource that no action of the rule touches", () => {
  it.each<readonly [action: string, pattern: string, about: string]>([
    ["s3:GetObject", `${S3}reports`, OBJECTS],
    ["s3:GetObject", `${S3}reports/`, OBJECTS],
    ["s3:GetObject", `${S3}\${claim:sub}`, OBJECTS],
    ["s3:GetObject", "arn:aws:s3:us-east-1:123456789012:reports/*", OBJECTS],
    ["s3:GetObject", "arn:aws-cn:s3:::reports/*", OBJECTS],
    ["s3:ListBucket", `${S3}reports/*`, "s3:ListBucket is about buckets, such as arn:aws:s3:::BUCKET"],
    [
      "dynamodb:GetItem",
      "arn:aws:dynamodb:us-west-2:123456789012:table/Orders",
      "dynamodb:GetItem is about tables,",
    ],
    [
      "dynamodb:GetItem",
      "arn:aws:dynamodb:us-east-1:123456789013:table/Orders",
      "dynamodb:GetItem is about tables,",
    ],
    ["dynamodb:GetItem", `${TABLE}Orders/*`, `such as ${TABLE}TABLE`],
    ["dynamodb:Query", TABLE, "dynamodb:Query is about tables, such as"],
  ])("is told: %s on %s", (action, pattern, about) => {
    expect(check.strayPatterns(rule([action], "*", pattern))).toEqual([
      { path: ["on", 1], message: expect.stringContaining(about) as string },
    ]);
  });

  it.each<readonly [action: string, pattern: string]>([
    ["s3:GetObject", `${S3}*`],
    ["s3:GetObject", `${S3}reports*`],
    ["s3:GetObject", `${S3}reports/?`],
    ["s3:GetObject", `${S3}\${claim:bucket:path}`],
    ["s3:GetObject", `${S3}\${claim:bucket}/\${claim:key}`],
    ["s3:ListBucket", `${S3}\${claim:bucket}`],
    ["s3:ListBucket", `${S3}r?ports`],
    ["s3:GetObject", "arn:*:s3:::reports/*"],
    ["dynamodb:Query", `${TABLE}Orders/index/*`],
    ["dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/Orders"],
    ["*", `${S3}reports`],
    ["s3:*", `${S3}reports`],
    // What these are about is not known here.
    ["kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/*"],
    ["s3:CreateJob", "arn:aws:s3:us-east-1:123456789012:job/*"],
  ])("is not told: %s on %s", (action, pattern) => {
    expect(check.strayPatterns(rule([action], pattern))).toEqual([]);
  });

  it("is not told while there are actions that nobody knows", () => {
    const partial = compileResourceCheck(openActionBook(KNOWN), { ...NAMES, moreActions: true });
    expect(partial.strayPatterns(rule(["*"], "arn:aws:sqs:us-east-1:123456789012:q"))).toEqual([]);
    expect(check.strayPatterns(rule(["*"], "arn:aws:sqs:us-east-1:123456789012:q"))).toHaveLength(1);
  });
});

const stray = (one: RuleDocument) =>
  check.strayActions(one).map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("an action for which the rule names no resource", () => {
  it("is told, where others have theirs", () => {
    expect(stray(rule(["s3:ListBucket", "s3:GetObject"], `${S3}reports`))).toEqual([
      `allow.1: nothing in on is what it is about: ${OBJECTS}`,
    ]);
    expect(stray(rule(["s3:ListBucket", "s3:GetObject"], `${S3}reports`, `${S3}reports/*`))).toEqual([]);
    expect(stray({ name: "d", deny: ["s3:DeleteBucket", "s3:DeleteObject"], on: [`${S3}a/*`] })).toHaveLength(
      1,
    );
  });

  it("is not told where all patterns are wrong, or there are none", () => {
    expect(stray(rule(["s3:GetObject"], `${S3}reports`))).toEqual([]);
    expect(stray({ name: "d", deny: ["s3:DeleteBucket"] })).toEqual([]);
  });
});

const TOPIC = "arn:aws:sns:us-east-1:123456789012:";
const UNKNOWN: readonly KnownAction[] = [
  { action: "sns:Publish", asked: true, resources: [], unknownResource: true, siblings: [] },
  {
    action: "sns:Subscribe",
    asked: true,
    resources: [{ prefix: TOPIC, rest: "name" }],
    unknownResource: true,
    siblings: [],
  },
];
const unknownCheck = compileResourceCheck(openActionBook(UNKNOWN), { ...NAMES, actions: UNKNOWN });
const SAYS_ALL = 'no request tells what sns:Publish touches, so that only on: ["*"] allows it';

describe("S3.7 an action of which no request tells what it touches", () => {
  it("is allowed by nothing but everything, and other patterns are told", () => {
    expect(unknownCheck.strayPatterns(rule(["sns:Publish"], "*", `${TOPIC}alerts`))).toEqual([
      { path: ["on", 1], message: `no request for these actions is about it: ${SAYS_ALL}` },
    ]);
    expect(unknownCheck.strayPatterns(rule(["sns:Publish"], "*"))).toEqual([]);
  });

  it("is told where the patterns are for other actions", () => {
    const one = rule(["sns:Subscribe", "sns:Publish"], `${TOPIC}alerts`);
    expect(unknownCheck.strayPatterns(one)).toEqual([]);
    expect(unknownCheck.strayActions(one)).toEqual([
      { path: ["allow", 1], message: `nothing in on is what it is about: ${SAYS_ALL}` },
    ]);
    expect(unknownCheck.strayActions(rule(["sns:*"], `${TOPIC}alerts`))).toEqual([]);
    expect(unknownCheck.strayActions(rule(["sns:Subscribe", "sns:Publish"], `${TOPIC}a`, "*"))).toEqual([]);
  });

  it("is denied on whatever, so nothing in a deny is without effect", () => {
    const deny: RuleDocument = { name: "d", deny: ["sns:Publish"], on: [`${TOPIC}alerts`, `${S3}a`] };
    expect(unknownCheck.strayPatterns(deny)).toEqual([]);
    expect(unknownCheck.strayActions(deny)).toEqual([]);
  });
});

describe("S4.4 credentials that are handed out", () => {
  it("are about roles", () => {
    const role = "arn:aws:iam::123456789012:role/";
    expect(
      check.strayPatterns(rule(["postern:GetCredentials"], `${role}a`, `${role}teams/b`, `${role}*`, "*")),
    ).toEqual([]);
    expect(check.strayPatterns(rule(["postern:GetCredentials"], `${S3}reports`))).toMatchObject([
      {
        message:
          "no request for these actions is about it: postern:GetCredentials is about roles, such as " +
          "arn:aws:iam::ACCOUNT:role/ROLE",
      },
    ]);
    expect(stray(rule(["postern:GetCredentials", "s3:GetObject"], `${S3}reports/*`))).toMatchObject([
      expect.stringContaining("postern:GetCredentials is about roles"),
    ]);
  });
});

it("finds an ARN that a pattern and a shape have in common, however many wildcards there are", () => {
  const meets = compileMeets();
  const path = { prefix: S3, rest: "path" } as const;
  const name = { prefix: S3, rest: "name" } as const;
  expect(meets(`${"*a".repeat(60)}/b`, path)).toBe(true);
  expect(meets(`${"*a".repeat(60)}/b`, name)).toBe(false);
  expect(meets(`${S3}*/*`, name)).toBe(false);
  expect(meets(`${S3}?`, name)).toBe(true);
  expect(meets(S3, name)).toBe(false);
  // The text of such an ARN is a star.
  expect(meets(`${S3}a`, { prefix: `${S3}*`, rest: "nothing" })).toBe(false);
  expect(meets(`${S3}*`, { prefix: `${S3}*`, rest: "nothing" })).toBe(true);
});
