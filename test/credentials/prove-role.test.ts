import { describe, expect, it } from "vitest";
import { isDecision } from "../../src/credentials/aws-error.ts";
import { createProveRole, proven } from "../../src/credentials/prove-role.ts";
import { createSts } from "../../src/credentials/sts.ts";
import type { Reply } from "../../src/outbound/call.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import {
  ASSUMED,
  endOf,
  rightClock,
  scriptedAws,
  sessionPermit,
  stsAnswer,
  stsError,
} from "./scripted-aws.ts";

const CREDENTIALS = {
  accessKeyId: "ASIAEXAMPLE",
  secretAccessKey: "secret",
  sessionToken: "session",
  expiresAtMs: NOW + 3_600_000,
};
const answerOf = (arn: string) =>
  stsAnswer("GetCallerIdentity", `<Arn>${arn}</Arn><UserId>A:B</UserId><Account>123456789012</Account>`);

function prove(reply: Partial<Reply> = {}) {
  const { exchange, asked } = scriptedAws({ GetCallerIdentity: [reply] });
  const askSts = createSts({
    region: "eu-west-1",
    origin: "https://sts.eu-west-1.amazonaws.com",
    exchange,
    signer: createSigner(),
    clock: rightClock(),
  });
  const proveRole = createProveRole(askSts);
  return { asked, proveRole, arn: () => proveRole(CREDENTIALS, callerOf()) };
}

describe("createProveRole", () => {
  it("asks STS, signed with the very credentials, on behalf of the caller", async () => {
    const { asked, arn } = prove();
    await expect(arn()).resolves.toBe(ASSUMED);
    expect(asked).toMatchObject([
      {
        operation: "GetCallerIdentity",
        caller: { subject: "anna" },
        call: {
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
      },
    ]);
  });

  it.each([
    ["nothing", ""],
    ["a page", "<html><Arn></Arn></html>"],
    ["no name", answerOf("")],
    ["two answers", answerOf(`${ASSUMED}</Arn><Arn>arn:aws:sts::123456789012:assumed-role/admin/x`)],
    ["markup in the answer", answerOf("arn:aws:sts::1<b/>")],
    ["white space in the answer", answerOf(`${ASSUMED}\n`)],
    ["the answer to another question", stsAnswer("AssumeRole", `<Arn>${ASSUMED}</Arn>`)],
  ])("believes nothing that it cannot read for certain: %s", async (_what, body) => {
    expect(await endOf(prove({ body }).arn())).toMatchObject({ code: "credentials-unavailable" });
  });

  it.each([
    [400, "Throttling", "credentials-throttled"],
    [403, "SignatureDoesNotMatch", "credentials-unavailable"],
    [403, "ExpiredToken", "credentials-unavailable"],
    [403, "InvalidClientTokenId", "credentials-unavailable"],
    [403, "RegionDisabledException", "credentials-unavailable"],
    [500, "InternalFailure", "credentials-unavailable"],
  ])("reads %i %s as %s, never as a refusal of the caller's token", async (status, type, code) => {
    expect(await endOf(prove({ status, body: stsError(type) }).arn())).toMatchObject({
      code,
      detail: `GetCallerIdentity: ${status} ${type}`,
    });
  });
});

const provenBy = (arn: string) =>
  proven(
    async () => CREDENTIALS,
    async () => arn,
  );

describe("proven", () => {
  it("tells the role with the credentials", async () => {
    await expect(provenBy(ASSUMED)(permitOf(), callerOf())).resolves.toEqual({
      ...CREDENTIALS,
      assumedRoleArn: ASSUMED,
    });
  });

  it("tells which role the pool chose", async () => {
    await expect(provenBy(ASSUMED)(permitOf("pool"), callerOf())).resolves.toMatchObject({
      assumedRoleArn: ASSUMED,
    });
  });

  it.each([
    ["another role", "arn:aws:sts::123456789012:assumed-role/default/CognitoIdentityCredentials"],
    ["the role of another account", "arn:aws:sts::210987654321:assumed-role/analyst/anna"],
    ["no role", "arn:aws:iam::123456789012:root"],
  ])("S2.3 never uses credentials that prove to hold %s, and takes that for decided", async (_what, arn) => {
    const refusal = await endOf(provenBy(arn)(permitOf(), callerOf()) as Promise<unknown>);
    expect(refusal).toMatchObject({ code: "role-mismatch", detail: `${arn} is not ${ANALYST}` });
    expect(isDecision(refusal)).toBe(true);
  });

  it("S2.3 never uses the session of another name", async () => {
    const broker = provenBy("arn:aws:sts::123456789012:assumed-role/analyst/bert");
    expect(await endOf(broker(sessionPermit(), callerOf()) as Promise<unknown>)).toMatchObject({
      code: "role-mismatch",
      detail: `arn:aws:sts::123456789012:assumed-role/analyst/bert is not ${ANALYST} as anna`,
    });
  });

  it("S2.3 wants a role of what the pool gave, whichever it is", async () => {
    const broker = provenBy("arn:aws:iam::123456789012:user/sidecar");
    expect(await endOf(broker(permitOf("pool"), callerOf()) as Promise<unknown>)).toMatchObject({
      code: "role-mismatch",
    });
  });

  it("gives nothing where there is no proof", async () => {
    const { proveRole } = prove({ status: 500, body: stsError("InternalFailure") });
    const broker = proven(async () => CREDENTIALS, proveRole);
    expect(await endOf(broker(permitOf(), callerOf()) as Promise<unknown>)).toMatchObject({
      code: "credentials-unavailable",
    });
  });
});
