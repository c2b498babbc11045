import { describe, expect, it } from "vitest";
import { givesCredentials, matches, matchesAction, meets, meetsAction } from "../../src/policy/pattern.ts";

describe("matches", () => {
  it.each([
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "a/b:c", true],
    ["?", "", false],
    ["?", "a", true],
    ["?", "ab", false],
    ["a*", "a", true],
    ["a*", "ba", false],
    ["*a", "ba", true],
    ["*a", "ab", false],
    ["a*b*c", "a1b2b3c", true],
    ["a*b*c", "acb", false],
    ["a**b", "ab", true],
    ["*?*", "", false],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/", true],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b", false],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y", true],
    ["arn:aws:s3:::b", "arn:aws:s3:::B", false],
    ["a.c", "abc", false],
    ["[a]", "a", false],
    ["a\\*", "a\\b", true],
    ["a", "a*", false],
    ["*", "line\nbreak", true],
  ])("%j on %j is %s", (pattern, text, answer) => {
    expect(matches(pattern, text)).toBe(answer);
  });

  it("does not take a star in the text for one in the pattern", () => {
    expect(matches("home/me/*", "home/*/x")).toBe(false);
    expect(matches("a?c", "a*c")).toBe(true);
  });
});

describe("matchesAction", () => {
  it("compares without regard to case, as IAM does", () => {
    expect(matchesAction("s3:getobject", "s3:GetObject")).toBe(true);
    expect(matchesAction("s3:GET*", "s3:GetObject")).toBe(true);
    expect(matchesAction("s3:Get?bject", "s3:GetObject")).toBe(true);
    expect(matchesAction("s3:GetObject", "s3:GetObjectVersion")).toBe(false);
    expect(matchesAction("s3:*", "s3express:CreateSession")).toBe(false);
  });
});

describe("meets", () => {
  it.each([
    ["", "", true],
    ["", "*", true],
    ["", "?", false],
    ["a", "a", true],
    ["a", "b", false],
    ["a", "?", true],
    ["?", "?", true],
    ["a", "ab", false],
    ["a", "a?", false],
    ["a?", "?b", true],
    ["a*", "*b", true],
    ["a*", "b*", false],
    ["a*", "?*", true],
    ["a*", "ab*", true],
    ["a*b", "c*b", false],
    ["a*b", "a*c", false],
    ["a*bc", "a*c", true],
    ["a*bc", "a*?d", false],
    ["*x*", "*y*", true],
    ["a*z", "az", true],
    ["a*z", "a", false],
    ["ab*bc", "abc", false],
    ["a*b*c", "a?bc", true],
    ["a*b*c", "a??", true],
    ["a*b*c", "a?", false],
    ["a*b*c", "a?c", true],
    ["s3:Get*", "s3:*Object", true],
    ["s3:Get*", "s3:Put*", false],
    ["s3:*", "dynamodb:*", false],
    ["*", "s3:GetObject", true],
    ["s3:GetObject", "s3:GetObjectVersion", false],
    ["s3:GetObject*", "s3:GetObjectVersion", true],
  ])("%j and %j: %s", (one, other, answer) => {
    expect([meets(one, other), meets(other, one)]).toEqual([answer, answer]);
  });

  it("compares actions without regard to case, as IAM does", () => {
    expect(meetsAction("s3:get*", "s3:GetObject")).toBe(true);
    expect(meetsAction("s3:GET*", "s3:*object")).toBe(true);
    expect(meetsAction("s3:get*", "s3:put*")).toBe(false);
  });
});

describe("S4.4 credential-giving actions", () => {
  it.each([
    "s3:CreateSession",
    "s3express:CreateSession",
    "s3:GetDataAccess",
    "sts:AssumeRole",
    "sts:GetSessionToken",
    "sts:GetFederationToken",
    "cognito-identity:GetCredentialsForIdentity",
    "cognito-identity:GetOpenIdToken",
    "iot:AssumeRoleWithCertificate",
    "eks-auth:AssumeRoleForPodIdentity",
    "sso:GetRoleCredentials",
    "iam:CreateAccessKey",
    "ecr:GetAuthorizationToken",
    "codeartifact:GetAuthorizationToken",
    "redshift:GetClusterCredentials",
    "redshift-serverless:GetCredentials",
    "lakeformation:GetTemporaryGlueTableCredentials",
    "ssm:GetAccessToken",
    "postern:GetCredentials",
    "POSTERN:getcredentials",
  ])("%s is one", (action) => {
    expect(givesCredentials(action)).toBe(true);
  });

  it.each([
    "sts:GetCallerIdentity",
    "s3:GetObject",
    "iam:GetCredentialReport",
    "dynamodb:GetItem",
    "iam:GetRole",
  ])("%s is none", (action) => {
    expect(givesCredentials(action)).toBe(false);
  });
});
