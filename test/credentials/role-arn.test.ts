import { describe, expect, it } from "vitest";
import { grants, isRoleArn } from "../../src/credentials/role-arn.ts";
import { SESSION } from "./scripted-aws.ts";

const ARN = "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials";
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

describe("S2.3 grants", () => {
  it.each([
    [ARN, role("analyst")],
    [ARN, role("with/a/path/analyst")],
    [ARN, "pool"],
    ["arn:aws-cn:sts::123456789012:assumed-role/a+=,.@-b/s", "arn:aws-cn:iam::123456789012:role/a+=,.@-b"],
  ])("takes %s for a session of %s", (assumed, named) => {
    expect(grants(assumed, { role: named })).toBe(true);
  });

  it.each([
    ["another role", ARN, role("admin")],
    ["a role whose name begins so", ARN, role("analysts")],
    ["a role whose name ends so", ARN, role("data-analyst")],
    ["a role in another case", ARN, role("Analyst")],
    ["the same name in another account", ARN, "arn:aws:iam::210987654321:role/analyst"],
    ["the same name in another partition", ARN, "arn:aws-cn:iam::123456789012:role/analyst"],
    [
      "a session that is called like the role",
      "arn:aws:sts::123456789012:assumed-role/x/analyst",
      role("analyst"),
    ],
    ["a user", "arn:aws:iam::123456789012:user/analyst", role("analyst")],
    ["a federated user", "arn:aws:sts::123456789012:federated-user/analyst", role("analyst")],
    ["the role itself", role("analyst"), role("analyst")],
    ["no session", "arn:aws:sts::123456789012:assumed-role/analyst", role("analyst")],
    ["an empty session", "arn:aws:sts::123456789012:assumed-role/analyst/", role("analyst")],
    ["a session with a slash", "arn:aws:sts::123456789012:assumed-role/analyst/a/b", role("analyst")],
    ["a second line", `${ARN}\narn:aws:sts::123456789012:assumed-role/admin/x`, role("analyst")],
    ["nothing", "", ""],
    ["the account itself, where the pool chose", "arn:aws:iam::123456789012:root", "pool"],
    ["a user, where the pool chose", "arn:aws:iam::123456789012:user/sidecar", "pool"],
  ])("does not take %s for it", (_what, assumed, named) => {
    expect(grants(assumed, { role: named })).toBe(false);
  });

  it("compares the session's name where the permit has one", () => {
    const permit = { role: role("analyst"), session: { ...SESSION, name: "anna" } };
    expect(grants("arn:aws:sts::123456789012:assumed-role/analyst/anna", permit)).toBe(true);
    expect(grants("arn:aws:sts::123456789012:assumed-role/analyst/bert", permit)).toBe(false);
    expect(grants("arn:aws:sts::123456789012:assumed-role/analyst/anna2", permit)).toBe(false);
    expect(grants("arn:aws:sts::123456789012:assumed-role/admin/anna", permit)).toBe(false);
  });
});

describe("isRoleArn", () => {
  it.each([role("analyst"), role("with/a/path/analyst")])("takes %s", (arn) => {
    expect(isRoleArn(arn)).toBe(true);
  });

  it.each(["", "pool", "analyst", ARN, "arn:aws:iam::123456789012:user/analyst", role("")])(
    "does not take %j",
    (text) => {
      expect(isRoleArn(text)).toBe(false);
    },
  );
});
