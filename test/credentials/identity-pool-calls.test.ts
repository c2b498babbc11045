import { describe, expect, it } from "vitest";
import { isDecision } from "../../src/credentials/aws-error.ts";
import { createIdentityPoolCalls } from "../../src/credentials/identity-pool-calls.ts";
import { GUEST } from "../../src/domain/caller.ts";
import type { Reply } from "../../src/outbound/call.ts";
import { ANALYST, callerOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import { type CallName, COGNITO_CREDENTIALS, endOf, IDENTITY, POOL_ID, scriptedAws } from "./scripted-aws.ts";

type Name = Extract<CallName, "GetId" | "GetCredentialsForIdentity" | "GetOpenIdToken">;
const NAMES: readonly Name[] = ["GetId", "GetCredentialsForIdentity", "GetOpenIdToken"];
const Logins = { "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI": "anna's token" };

function start(script: Partial<Record<Name, readonly Partial<Reply>[]>> = {}, identityPoolId = POOL_ID) {
  const { exchange, asked } = scriptedAws(script);
  const calls = createIdentityPoolCalls({ identityPoolId, endpoint: undefined, exchange, now: () => NOW });
  const make = (name: Name, caller = callerOf(), role = "pool"): Promise<unknown> => {
    if (name === "GetId") return calls.getId(caller);
    if (name === "GetOpenIdToken") return calls.getOpenIdToken(IDENTITY, caller);
    return calls.getCredentials(IDENTITY, role, caller);
  };
  return { calls, make, asked };
}

const answering = (name: Name, reply: Partial<Reply>) => start({ [name]: [reply] });
const errorOf = (type: string, status = 400) => ({
  status,
  body: JSON.stringify({ __type: type, message: "no" }),
});

describe("the calls of an identity pool", () => {
  it("speak the unsigned wire form, each with the one login of its caller", async () => {
    const { calls, asked } = start();
    await expect(calls.getId(callerOf())).resolves.toBe(IDENTITY);
    await expect(calls.getCredentials(IDENTITY, ANALYST, callerOf())).resolves.toEqual({
      accessKeyId: "ASIACOGNITO",
      secretAccessKey: "cognito/secret+",
      sessionToken: "cognito/token==",
      expiresAtMs: NOW + 3_600_500,
      identityId: IDENTITY,
    });
    await expect(calls.getOpenIdToken(IDENTITY, callerOf())).resolves.toEqual({
      identityId: IDENTITY,
      token: "the.pools.token",
    });
    expect(asked.map(({ input }) => input)).toEqual([
      { IdentityPoolId: POOL_ID, Logins },
      { IdentityId: IDENTITY, Logins, CustomRoleArn: ANALYST },
      { IdentityId: IDENTITY, Logins },
    ]);
    expect(asked.map(({ call }) => call.headers)).toEqual(
      NAMES.map((name) => ({
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityService.${name}`,
      })),
    );
    expect(asked[0]?.call).toMatchObject({
      url: "https://cognito-identity.us-east-1.amazonaws.com/",
      method: "POST",
    });
  });

  it("go to the region of the pool", async () => {
    const { make, asked } = start({}, "cn-north-1:00000000-0000-4000-8000-000000000001");
    await make("GetId");
    expect(asked[0]?.call.url).toBe("https://cognito-identity.cn-north-1.amazonaws.com.cn/");
  });

  it("name no role where the pool chooses", async () => {
    const { make, asked } = start();
    await make("GetCredentialsForIdentity");
    expect(asked[0]?.input).not.toHaveProperty("CustomRoleArn");
  });

  it("S2.7 have no login at all for a guest, and name no role", async () => {
    const { make, asked } = start();
    await make("GetId", GUEST);
    await make("GetCredentialsForIdentity", GUEST, ANALYST);
    expect(asked.map(({ input }) => input)).toEqual([{ IdentityPoolId: POOL_ID }, { IdentityId: IDENTITY }]);
  });

  it.each(NAMES)("S2.1 %s is not made for a user without an ID token, nor for a machine", async (name) => {
    const { make, asked } = start();
    for (const kind of ["user", "machine"] as const) {
      const refusal = await endOf(make(name, callerOf({ kind, login: undefined })));
      expect(refusal).toMatchObject({ code: "id-token-required" });
    }
    expect(asked).toEqual([]);
  });
});

describe("an error of the identity pool", () => {
  const ROWS = [
    ["NotAuthorizedException", 400, "denied", true],
    ["ResourceConflictException", 400, "denied", true],
    ["ResourceNotFoundException", 400, "credentials-unavailable", true],
    ["InvalidIdentityPoolConfigurationException", 400, "credentials-unavailable", true],
    ["TooManyRequestsException", 400, "credentials-throttled", false],
    ["TooManyRequestsException", 429, "credentials-throttled", false],
    ["LimitExceededException", 400, "credentials-throttled", false],
    ["ThrottlingException", 400, "credentials-throttled", false],
    ["ExternalServiceException", 400, "credentials-unavailable", false],
    ["InternalErrorException", 500, "credentials-unavailable", false],
    ["UnheardOfException", 400, "credentials-unavailable", true],
    ["UnheardOfException", 500, "credentials-unavailable", false],
    ["com.amazonaws.cognito#NotAuthorizedException", 400, "denied", true],
    ["NotAuthorizedException:http://internal.amazon.com/x", 400, "denied", true],
  ] as const;

  it.each(NAMES.flatMap((name) => ROWS.map((row) => [name, ...row] as const)))(
    "%s: %s (%i) is %s, decided: %s",
    async (...row) => {
      const [name, type, status, meaning, decided] = row;
      const refusal = await endOf(answering(name, errorOf(type, status)).make(name));
      expect(refusal).toMatchObject({ code: meaning === "denied" ? "credentials-refused" : meaning });
      expect(isDecision(refusal)).toBe(decided);
    },
  );

  it.each([
    ["GetId", "credentials-refused"],
    ["GetCredentialsForIdentity", "credentials-refused"],
    // The pool does not allow the basic flow, whoever asks.
    ["GetOpenIdToken", "credentials-unavailable"],
  ] as const)("%s: InvalidParameterException is %s", async (name, code) => {
    const refusal = await endOf(answering(name, errorOf("InvalidParameterException")).make(name));
    expect(refusal).toMatchObject({ code });
    expect(isDecision(refusal)).toBe(true);
  });

  it.each(["NotAuthorizedException", "InvalidParameterException", "ResourceConflictException"])(
    "%s where a role was named says that the role is not granted",
    async (type) => {
      const { make } = answering("GetCredentialsForIdentity", errorOf(type));
      expect(await endOf(make("GetCredentialsForIdentity", callerOf(), ANALYST))).toMatchObject({
        code: "role-not-granted",
        detail: `GetCredentialsForIdentity: 400 ${type}`,
      });
    },
  );

  it("is named by the header where the body has no name", async () => {
    const reply = { status: 400, body: "", headers: { "x-amzn-errortype": "NotAuthorizedException:" } };
    expect(await endOf(answering("GetId", reply).make("GetId"))).toMatchObject({
      code: "credentials-refused",
    });
  });

  it.each([
    ["a gateway's page", { status: 403, body: "<html>Forbidden</html>" }],
    ["a redirect", { status: 307, headers: { location: "https://evil.example/" } }],
    ["an error that is null", { status: 502, body: "null" }],
    ["an error whose name is a number", { status: 500, body: '{"__type":7}' }],
    ["a 204", { status: 204, body: "" }],
  ])("is not what %s is, which says nothing of the caller", async (_what, reply) => {
    for (const name of NAMES) {
      const refusal = await endOf(answering(name, reply).make(name));
      expect(refusal).toMatchObject({ code: "credentials-unavailable" });
      expect(isDecision(refusal)).toBe(false);
    }
  });
});

const answer = (change: object) => JSON.stringify({ IdentityId: IDENTITY, ...change });
const changed = (change: Record<string, unknown>) =>
  answer({ Credentials: { ...COGNITO_CREDENTIALS, ...change } });

describe("a 200 of the identity pool", () => {
  it.each([
    "",
    "<html>",
    "null",
    '"ok"',
    "[]",
    "{}",
    '{"IdentityId":""}',
    '{"IdentityId":null}',
    '{"IdentityId":7}',
    '{"IdentityId":"us-east-1"}',
    '{"IdentityId":"us-east-1:aaaa\\r\\nx: y"}',
    `{"IdentityId":"us-east-1:${"a".repeat(46)}"}`,
    `{"IdentityId":"${IDENTITY}","IdentityId":"us-east-1:bbbb"}`,
  ])("is no identity as %s", async (body) => {
    expect(await endOf(answering("GetId", { body }).make("GetId"))).toMatchObject({
      code: "credentials-unavailable",
    });
  });

  it.each([undefined, "", null, 7, ["a.b.c"], "a b", "a.b.c\n", "ä"])(
    "is no OpenID token as %j",
    async (Token) => {
      const { make } = answering("GetOpenIdToken", { body: JSON.stringify({ IdentityId: IDENTITY, Token }) });
      expect(await endOf(make("GetOpenIdToken"))).toMatchObject({ code: "credentials-unavailable" });
    },
  );

  it.each([
    ["not JSON", "<html>"],
    ["half of it", changed({}).slice(0, -9)],
    ["null", "null"],
    ["a string", '"ok"'],
    ["an array", `[${changed({})}]`],
    ["no Credentials", answer({})],
    ["Credentials that are null", answer({ Credentials: null })],
    ["Credentials that are a word", answer({ Credentials: "Success" })],
    ["Credentials that are a list", answer({ Credentials: [COGNITO_CREDENTIALS] })],
    ["Credentials twice", changed({}).replace("{", `{"Credentials":${JSON.stringify(COGNITO_CREDENTIALS)},`)],
    ["a key twice", changed({}).replace('"AccessKeyId"', '"AccessKeyId":"ASIAOTHER","AccessKeyId"')],
    ["an identity that is none", JSON.stringify({ IdentityId: 7, Credentials: COGNITO_CREDENTIALS })],
    ["an empty access key", changed({ AccessKeyId: "" })],
    ["no secret", changed({ SecretKey: undefined })],
    ["the secret under the name that STS uses", changed({ SecretKey: undefined, SecretAccessKey: "s" })],
    ["an empty session token", changed({ SessionToken: "" })],
    ["a session token that would break a header", changed({ SessionToken: "a\r\nx: y" })],
    ["a session token that is a number", changed({ SessionToken: 1 })],
    ["no end", changed({ Expiration: undefined })],
    ["an end that is a string", changed({ Expiration: "2030-01-01T00:00:00Z" })],
    ["an end beyond all numbers", changed({ Expiration: 7 }).replace(":7}", ":1e999}")],
    ["an end whose milliseconds are beyond all numbers", changed({ Expiration: 1e308 })],
    ["an end that is this moment", changed({ Expiration: NOW / 1000 })],
    ["an end that is past", changed({ Expiration: NOW / 1000 - 1 })],
  ])("gives no credentials with %s", async (_what, body) => {
    const refusal = await endOf(
      answering("GetCredentialsForIdentity", { body }).make("GetCredentialsForIdentity"),
    );
    expect(refusal).toMatchObject({ code: "credentials-unavailable" });
    expect(isDecision(refusal)).toBe(false);
  });

  it("leaves the identity as asked for where it names none", async () => {
    const body = JSON.stringify({ Credentials: COGNITO_CREDENTIALS });
    const { make } = answering("GetCredentialsForIdentity", { body });
    await expect(make("GetCredentialsForIdentity")).resolves.toMatchObject({ identityId: IDENTITY });
  });

  it("is not quoted in what is thrown, nor is the token", async () => {
    for (const reply of [
      errorOf("NotAuthorizedException"),
      { body: changed({ Expiration: 1 }) },
      { body: changed({}).slice(0, -1) },
      { body: changed({}).replace(',"SessionToken"', ',,"SessionToken"') },
    ]) {
      const error = (await endOf(
        answering("GetCredentialsForIdentity", reply).make("GetCredentialsForIdentity"),
      )) as Error;
      const text = `${JSON.stringify(error)} ${error.stack} ${String(error.cause)}`;
      expect(text).not.toMatch(/anna's token|ASIA|secret|token==/);
    }
  });
});
