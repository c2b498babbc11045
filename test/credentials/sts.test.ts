import { describe, expect, it } from "vitest";
import { createExchangeCall } from "../../src/credentials/exchange.ts";
import { createProveRole, grants } from "../../src/credentials/sts.ts";
import type { Call, Reply } from "../../src/outbound/call.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { NOW } from "../support/signed-tokens.ts";

const CREDENTIALS = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: "session",
  expiresAtMs: NOW + 3_600_000,
};
const ARN = "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials";
const answerOf = (arn: string) =>
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>A:B</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const errorOf = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;

function prove(reply: Partial<Reply>, region = "eu-west-1") {
  const calls: Call[] = [];
  const exchange = createExchangeCall({
    outbound: async (call) => {
      calls.push(call);
      return { status: 200, headers: {}, body: "", ...reply };
    },
    onExchange: () => {},
    now: () => NOW,
  });
  const proveRole = createProveRole({
    region,
    endpoint: undefined,
    exchange,
    signer: createSigner(),
    now: () => NOW,
  });
  return { calls, arn: proveRole(CREDENTIALS) };
}

describe("createProveRole", () => {
  it("asks the regional STS, signed with the very credentials", async () => {
    const { calls, arn } = prove({ body: answerOf(ARN) });
    await expect(arn).resolves.toBe(ARN);
    expect(calls).toMatchObject([
      {
        url: "https://sts.eu-west-1.amazonaws.com/",
        method: "POST",
        body: "Action=GetCallerIdentity&Version=2011-06-15",
        headers: {
          host: "sts.eu-west-1.amazonaws.com",
          "x-amz-security-token": "session",
          authorization: expect.stringContaining(
            "Credential=ASIAEXAMPLE/20260115/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token",
          ),
        },
      },
    ]);
  });

  it.each([
    ["nothing", ""],
    ["a page", "<html><Arn></Arn></html>"],
    ["two answers", answerOf(`${ARN}</Arn><Arn>arn:aws:sts::123456789012:assumed-role/admin/x`)],
    ["markup in the answer", answerOf("arn:aws:sts::1<b/>")],
  ])("believes nothing that it cannot read for certain: %s", async (_what, body) => {
    await expect(prove({ body }).arn).rejects.toMatchObject({ code: "credentials-unavailable" });
  });

  it.each([
    [400, "Throttling", "credentials-throttled"],
    [403, "SignatureDoesNotMatch", "credentials-unavailable"],
    [403, "ExpiredToken", "credentials-unavailable"],
    [403, "RegionDisabledException", "credentials-unavailable"],
    [500, "InternalFailure", "credentials-unavailable"],
  ])("reads %i %s as %s, never as a refusal of the caller's token", async (status, type, code) => {
    await expect(prove({ status, body: errorOf(type) }).arn).rejects.toMatchObject({
      code,
      detail: `GetCallerIdentity: ${status} ${type}`,
    });
  });
});

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

describe("S2.3 grants", () => {
  it.each([
    [ARN, role("analyst")],
    [ARN, role("with/a/path/analyst")],
    ["arn:aws-cn:sts::123456789012:assumed-role/a+=,.@-b/s", "arn:aws-cn:iam::123456789012:role/a+=,.@-b"],
  ])("takes %s for a session of %s", (assumed, named) => {
    expect(grants(assumed, named)).toBe(true);
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
    ["nothing", "", ""],
    ["the pool's choice", ARN, "pool"],
  ])("does not take %s for it", (_what, assumed, named) => {
    expect(grants(assumed, named)).toBe(false);
  });
});
