import { expect, it } from "vitest";
import { suggestPolicies } from "../../../src/policy/suggest/policies.ts";
import { roleArn } from "../../support/ruling.ts";
import { aUse } from "../../support/uses.ts";

const S3 = "arn:aws:s3:::";

it("gives each role what was done with it, by whomever and by whatever rule", () => {
  const uses = [
    aUse({ role: roleArn("analyst") }),
    aUse({ role: roleArn("analyst"), groups: ["editors"], rule: "a rule", action: "s3:PutObject" }),
    aUse({ role: roleArn("analyst"), groups: [], action: "s3:ListBucket", resource: `${S3}reports` }),
    aUse(),
  ];
  const told = suggestPolicies(uses);
  expect(told.map(({ role, policy }) => [role, policy.Statement])).toEqual([
    [
      roleArn("analyst"),
      [
        { Effect: "Allow", Action: ["s3:ListBucket"], Resource: [`${S3}reports`] },
        { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: [`${S3}reports/q3.txt`] },
      ],
    ],
    ["pool", [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: [`${S3}reports/q3.txt`] }]],
  ]);
  expect(told.map(({ policy }) => policy.Version)).toEqual(["2012-10-17", "2012-10-17"]);
  expect(told[1]?.notes.join(" ")).toContain("nobody told which");
});

it("writes a caller's own subject as the principal tag that the identity pool must map, and says so", () => {
  const [told] = suggestPolicies([aUse({ resource: `${S3}home/\${claim:sub}/a` })]);
  expect(told?.policy.Statement[0]?.Resource).toEqual([`${S3}home/\${aws:PrincipalTag/sub}/a`]);
  expect(told?.notes.join(" ")).toContain("map the claim sub to the principal tag sub");
  expect(suggestPolicies([aUse()])[0]?.notes.join(" ")).not.toContain("tag");
});

it("is nothing for nothing", () => {
  expect(suggestPolicies([])).toEqual([]);
});
