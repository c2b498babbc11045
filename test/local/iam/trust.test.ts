import { describe, expect, it } from "vitest";
import { trustAllows } from "../../../src/local/iam/trust.ts";

const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";
const cognito = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Federated: "cognito-identity.amazonaws.com" },
      Action: ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
      Condition: {
        StringEquals: { "cognito-identity.amazonaws.com:aud": POOL },
        "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
      },
    },
  ],
};
const login = {
  action: "sts:AssumeRoleWithWebIdentity",
  federated: "cognito-identity.amazonaws.com",
  context: {
    "cognito-identity.amazonaws.com:aud": POOL,
    "cognito-identity.amazonaws.com:amr": [
      "authenticated",
      "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL",
    ],
  },
};

function trust(principal: unknown, more: object = {}): object {
  return {
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", ...more },
  };
}

describe("trustAllows", () => {
  it("lets a login of the pool assume the role", () => {
    expect(trustAllows(cognito, login)).toBe(true);
  });

  it("lets it tag the session where the policy says so", () => {
    expect(trustAllows(cognito, { ...login, action: "sts:TagSession" })).toBe(true);
  });

  it("refuses a login of another pool", () => {
    const context = { ...login.context, "cognito-identity.amazonaws.com:aud": "us-east-1:other" };
    expect(trustAllows(cognito, { ...login, context })).toBe(false);
  });

  it("refuses a guest where only logins are trusted", () => {
    const context = { ...login.context, "cognito-identity.amazonaws.com:amr": ["unauthenticated"] };
    expect(trustAllows(cognito, { ...login, context })).toBe(false);
  });

  it("refuses another provider", () => {
    expect(trustAllows(cognito, { ...login, federated: "accounts.google.com" })).toBe(false);
  });

  it("refuses another action", () => {
    expect(trustAllows(cognito, { ...login, action: "sts:AssumeRole" })).toBe(false);
  });

  it("lets a deny win", () => {
    const [allow] = cognito.Statement;
    const both = { ...cognito, Statement: [allow, { ...allow, Effect: "Deny", Condition: {} }] };
    expect(trustAllows(both, login)).toBe(false);
  });

  it.each([
    ["itself", "arn:aws:sts::123456789012:assumed-role/service/s-1"],
    ["its role", "arn:aws:iam::123456789012:role/service"],
    ["its account", "123456789012"],
    ["the root of its account", "arn:aws:iam::123456789012:root"],
    ["everybody", "*"],
  ])("knows an assumed role by the name of %s", (_what, name) => {
    const question = {
      action: "sts:AssumeRole",
      principal: "arn:aws:sts::123456789012:assumed-role/service/s-1",
      context: {},
    };
    expect(trustAllows(trust({ AWS: ["arn:aws:iam::999999999999:root", name] }), question)).toBe(true);
    expect(trustAllows(trust({ AWS: "arn:aws:iam::999999999999:root" }), question)).toBe(false);
  });

  it("does not take an AWS principal for a federated one", () => {
    const question = { action: "sts:AssumeRole", federated: "arn:aws:iam::1:root", context: {} };
    expect(trustAllows(trust({ AWS: "arn:aws:iam::1:root" }), question)).toBe(false);
  });

  it.each([
    ["no principal", { Statement: { Effect: "Allow", Action: "*" } }],
    ["a text", "x"],
  ])("refuses a document with %s", (_what, document) => {
    expect(() => trustAllows(document, login)).toThrowError(
      expect.objectContaining({ code: "MalformedPolicyDocument" }),
    );
  });
});
