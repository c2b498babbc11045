import { expect, it } from "vitest";
import { exchangesIn } from "../../src/sidecar/exchanges-in.ts";
import { readPostern } from "../support/deploy/files.ts";

const POOL = `{ type: identity-pool, identityPoolId: "us-east-1:00000000-0000-4000-8000-000000000001"`;

function operations(source: string, upstream = "service: s3"): readonly string[] {
  const { config, problems } = readPostern(`
aws: { account: "123456789012", region: us-east-1 }
identity:
  userPools: [{ name: staff, id: us-east-1_AbCdEfGhI, clientIds: [3n4b5urk1ft4fl3mg5e62d9ado], tokenUse: [id] }]
credentials: { one: ${source} }
upstreams: { it: { ${upstream} } }
policy:
  rules:
    - { name: all, who: { authenticated: true }, allow: ["s3:GetObject"], on: ["*"], role: "arn:aws:iam::123456789012:role/r" }
`);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return exchangesIn(config);
}

it.each<readonly [source: string, expected: readonly string[]]>([
  [`${POOL} }`, ["GetId", "GetCredentialsForIdentity", "GetCallerIdentity"]],
  [`${POOL}, verifyRole: false }`, ["GetId", "GetCredentialsForIdentity"]],
  [
    `${POOL}, flow: basic, acceptAnyTrustingRole: true }`,
    ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity", "GetCallerIdentity"],
  ],
  ["{ type: web-identity, acceptAnyTrustingRole: true, verifyRole: false }", ["AssumeRoleWithWebIdentity"]],
  ["{ type: assume-role }", ["AssumeRole", "GetCallerIdentity"]],
])("%s calls %j", (source, expected) => {
  expect(operations(source)).toEqual(expected);
});

it("an IoT policy that is to be attached is looked at and attached", () => {
  const things =
    "service: iotdevicegateway, endpoint: https://a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com, iotPolicy: things";
  expect(operations(`${POOL}, verifyRole: false }`, things)).toEqual([
    "GetId",
    "GetCredentialsForIdentity",
    "GetPolicy",
    "AttachPolicy",
  ]);
});
