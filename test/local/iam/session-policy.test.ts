import { describe, expect, it } from "vitest";
import { readSessionPolicy } from "../../../src/local/iam/session-policy.ts";

const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
const policyOf = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const withChange = (change: object) => policyOf({ ...statement, ...change });

describe("a session policy", () => {
  it.each([
    ["one statement", policyOf(statement)],
    ["a statement that is no list", JSON.stringify({ Statement: statement })],
    ["an id and sids", JSON.stringify({ Id: "x", Statement: [{ ...statement, Sid: "A1" }] })],
    ["everything", withChange({ Action: "*", Resource: "*" })],
    ["what is not", policyOf({ Effect: "Deny", NotAction: ["iam:*"], NotResource: "arn:aws:s3:::b" })],
    ["conditions", withChange({ Condition: { StringLike: { "s3:prefix": "${aws:userid}/*" } } })],
    ["escaped wildcards", withChange({ Resource: "arn:aws:s3:::b/${*}${?}${$}" })],
  ])("may have %s", (_what, text) => {
    expect(readSessionPolicy(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["no JSON", "{", "This policy contains invalid Json"],
    ["a list", "[]", "Syntax errors in policy."],
    ["a number", "1", "Syntax errors in policy."],
    ["no statement", '{"Version":"2012-10-17"}', "Syntax errors in policy."],
    ["an empty list of statements", policyOf(), "Syntax errors in policy."],
    ["a statement that is a text", JSON.stringify({ Statement: ["x"] }), "a statement must be an object"],
    ["another version", JSON.stringify({ Version: "2026-01-01", Statement: statement }), "policy version"],
    [
      "a member that no policy has",
      JSON.stringify({ Statement: statement, Rules: [] }),
      "Syntax errors in policy.",
    ],
    ["a member that no statement has", withChange({ Actions: "s3:*" }), "Syntax errors in policy."],
    ["a principal", withChange({ Principal: "*" }), "should not specify a principal"],
    ["no effect", withChange({ Effect: undefined }), "Effect must be Allow or Deny"],
    ["no action", withChange({ Action: undefined }), "Policy statement must contain actions."],
    ["an empty list of actions", withChange({ Action: [] }), "Policy statement must contain actions."],
    ["an action without a service", withChange({ Action: "GetObject" }), "prefaced by a vendor"],
    ["both of two forms", withChange({ NotAction: "s3:*" }), "one of Action and NotAction"],
    ["no resource", withChange({ Resource: undefined }), "Policy statement must contain resources."],
    [
      "a resource that is no ARN",
      withChange({ Resource: ["b/*"] }),
      'Resource b/* must be in ARN format or "*".',
    ],
    ["a resource that is no text", withChange({ Resource: [1] }), "Resource must hold strings"],
    ["an unknown operator", withChange({ Condition: { StringIs: { "aws:userid": "x" } } }), "StringIs"],
    ["a sid with a space", withChange({ Sid: "a b" }), "must be alpha-numeric"],
    [
      "one sid twice",
      policyOf({ ...statement, Sid: "a" }, { ...statement, Sid: "a" }),
      "in a single policy must be unique",
    ],
  ])("must not have %s", (_what, text, message) => {
    expect(() => readSessionPolicy(text)).toThrow(
      expect.objectContaining({
        code: "MalformedPolicyDocument",
        status: 400,
        message: expect.stringContaining(message),
      }),
    );
  });
});
