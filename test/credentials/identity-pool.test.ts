import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isDecision } from "../../src/credentials/aws-error.ts";
import type { Broker, Exchange } from "../../src/credentials/broker.ts";
import { cached } from "../../src/credentials/cached.ts";
import { createExchangeCall } from "../../src/credentials/exchange.ts";
import { createIdentityPool } from "../../src/credentials/identity-pool.ts";
import { createProveRole, type ProveRole } from "../../src/credentials/sts.ts";
import type { Caller } from "../../src/domain/caller.ts";
import { type LocalAws, startLocalAws } from "../../src/local/aws.ts";
import { readWorld } from "../../src/local/parse-world.ts";
import { type Call, createOutbound, type Outbound, type Reply } from "../../src/outbound/call.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { ADMIN, ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";

const POOL_ID = "us-east-1:00000000-0000-4000-8000-000000000001";
const IDENTITY = "us-east-1:aaaaaaaa-0000-4000-8000-000000000001";

function createPool(
  outbound: Outbound,
  {
    endpoint,
    proveRole,
    now = () => NOW,
  }: { endpoint?: string; proveRole?: ProveRole; now?: () => number } = {},
) {
  const exchanges: Exchange[] = [];
  const exchange = createExchangeCall({ outbound, now, onExchange: (one) => exchanges.push(one) });
  const broker = createIdentityPool({ identityPoolId: POOL_ID, endpoint, exchange, proveRole, now });
  return { broker, exchange, exchanges };
}

describe("against the stand-in AWS", () => {
  let aws: LocalAws;
  let outbound: ReturnType<typeof createOutbound>;
  let broker: Broker;
  let caller: Caller;

  beforeAll(async () => {
    const yaml = readFileSync(join(import.meta.dirname, "../../config/local-world.yaml"), "utf8");
    aws = await startLocalAws({ world: readWorld(yaml), address: { host: "127.0.0.1", port: 0 } });
    outbound = createOutbound();
  });
  afterAll(async () => {
    await outbound.close();
    await aws.close();
  });
  beforeEach(async () => {
    broker = brokerWith(true);
    caller = await callerFor("analyst");
  });
  afterEach(() => {
    aws.faults.clear();
    aws.calls.reset();
  });

  function brokerWith(proof: boolean): Broker {
    const now = Date.now;
    const { exchange } = createPool(outbound.call, { endpoint: aws.url, now });
    const proveRole = createProveRole({
      region: "us-east-1",
      endpoint: aws.url,
      exchange,
      signer: createSigner(),
      now,
    });
    return createIdentityPool({
      identityPoolId: POOL_ID,
      endpoint: aws.url,
      exchange,
      proveRole: proof ? proveRole : undefined,
      now,
    });
  }

  async function callerFor(username: string): Promise<Caller> {
    const token = await aws.identity.tokens.issueIdToken({ username, clientId: "web" });
    return callerOf({
      subject: username,
      digest: username,
      expiresAtMs: Date.now() + 3_600_000,
      login: { provider: "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL", token },
    });
  }

  const counts = () =>
    ["cognito-identity:GetId", "cognito-identity:GetCredentialsForIdentity", "sts:GetCallerIdentity"].map(
      aws.calls.of,
    );

  it("gets credentials in the named role, and STS says so of them", async () => {
    const credentials = await broker(permitOf(ANALYST), caller);
    expect(credentials).toMatchObject({
      assumedRoleArn: "arn:aws:sts::123456789012:assumed-role/analyst/CognitoIdentityCredentials",
      identityId: expect.stringMatching(/^us-east-1:/),
    });
    expect(credentials.expiresAtMs).toBeGreaterThan(Date.now());
    expect(aws.sessions.find(credentials.accessKeyId)?.sessionToken).toBe(credentials.sessionToken);
    expect(counts()).toEqual([1, 1, 1]);
  });

  it("S2.3 tells which role the pool chose, where the rule leaves it the choice", async () => {
    await expect(broker(permitOf("pool"), await callerFor("editor"))).resolves.toMatchObject({
      assumedRoleArn: expect.stringContaining(":assumed-role/editor/"),
    });
  });

  it("asks for an identity once", async () => {
    await broker(permitOf(ANALYST), caller);
    await broker(permitOf("pool"), caller);
    expect(counts()).toEqual([1, 2, 2]);
  });

  it("serves a thousand first requests of one caller with one exchange", async () => {
    const { obtain } = cached(broker, { now: Date.now, onLookup: () => {} });
    const all = await Promise.all(
      Array.from({ length: 1000 }, async () => obtain(permitOf(ANALYST), caller)),
    );
    expect(new Set(all).size).toBe(1);
    expect(counts()).toEqual([1, 1, 1]);
  });

  it("refuses a role that the token does not grant", async () => {
    await expect(broker(permitOf(ADMIN), caller)).rejects.toMatchObject({ code: "role-not-granted" });
    expect(counts()).toEqual([1, 1, 0]);
  });

  it("refuses an access token for what it is to the pool", async () => {
    const token = await aws.identity.tokens.issueAccessToken({ username: "analyst", clientId: "web" });
    const wrong = { ...caller, login: { ...caller.login, token } };
    await expect(broker(permitOf(), wrong)).rejects.toMatchObject({
      code: "credentials-refused",
      detail: "GetId: 400 NotAuthorizedException",
    });
  });

  it.each([
    ["a throttled GetId", "GetId", { kind: "throttle" }, "credentials-throttled"],
    ["a throttled exchange", "GetCredentialsForIdentity", { kind: "throttle" }, "credentials-throttled"],
    [
      "a fault of the server",
      "GetCredentialsForIdentity",
      { kind: "error", status: 500 },
      "credentials-unavailable",
    ],
    ["a connection that is cut", "GetId", { kind: "cut" }, "credentials-unavailable"],
    [
      "an answer that is cut",
      "GetCredentialsForIdentity",
      { kind: "cut", afterBytes: 40 },
      "credentials-unavailable",
    ],
    [
      "a success that nobody can read",
      "GetCredentialsForIdentity",
      { kind: "malformed" },
      "credentials-unavailable",
    ],
    ["a proof that nobody can read", "GetCallerIdentity", { kind: "malformed" }, "credentials-unavailable"],
    ["a proof that is throttled", "GetCallerIdentity", { kind: "throttle" }, "credentials-throttled"],
  ] as const)("has a fault, and no credentials, for %s", async (_what, operation, effect, code) => {
    aws.faults.add({ operation, effect, times: 1 });
    const end = await Promise.resolve(broker(permitOf(), caller)).catch((error: unknown) => error);
    expect(end).toMatchObject({ code });
    expect(isDecision(end)).toBe(false);
    await expect(broker(permitOf(), caller)).resolves.toMatchObject({ identityId: expect.any(String) });
  });

  it("S2.3 makes no proof where the configuration says so, and claims none", async () => {
    const credentials = await brokerWith(false)(permitOf(), caller);
    expect(credentials).not.toHaveProperty("assumedRoleArn");
    expect(counts()).toEqual([1, 1, 0]);
  });

  it("S2.7 gives two callers two identities", async () => {
    const [one, two] = await Promise.all([
      broker(permitOf(), caller),
      broker(permitOf("pool"), await callerFor("member")),
    ]);
    expect(one.identityId).not.toBe(two.identityId);
  });
});

const targets = (calls: readonly Call[]) =>
  calls.map(({ headers }) => headers["x-amz-target"]?.split(".")[1]);
const errorOf = (type: string, status = 400): Partial<Reply> => ({
  status,
  body: JSON.stringify({ __type: type, message: "m" }),
});
const end = (broker: Broker, role?: string) =>
  Promise.resolve(broker(permitOf(role), callerOf())).catch((error: unknown) => error);

describe("against answers that the stand-in does not give", () => {
  const GOOD = {
    IdentityId: IDENTITY,
    Credentials: {
      AccessKeyId: "ASIA",
      SecretKey: "secret",
      SessionToken: "token",
      Expiration: NOW / 1000 + 3600.5,
    },
  };

  /** Answers in turn; GetId is answered well unless told otherwise. */
  function scripted(replies: readonly Partial<Reply>[], getId: Partial<Reply> = {}) {
    const calls: (Call & { readonly input: Record<string, unknown> })[] = [];
    const left = [...replies];
    const outbound: Outbound = async (call) => {
      calls.push({ ...call, input: JSON.parse(call.body ?? "{}") as Record<string, unknown> });
      const reply =
        call.headers["x-amz-target"]?.endsWith(".GetId") === true
          ? { body: JSON.stringify({ IdentityId: IDENTITY }), ...getId }
          : (left.shift() ?? { body: JSON.stringify(GOOD) });
      return { status: 200, headers: {}, body: "", ...reply };
    };
    return { calls, ...createPool(outbound) };
  }

  it("speaks the unsigned wire form, with one login", async () => {
    const { broker, calls } = scripted([]);
    await expect(broker(permitOf(), callerOf())).resolves.toEqual({
      accessKeyId: "ASIA",
      secretAccessKey: "secret",
      sessionToken: "token",
      expiresAtMs: NOW + 3_600_500,
      identityId: IDENTITY,
    });
    const Logins = { "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI": "anna's token" };
    expect(calls.map(({ input }) => input)).toEqual([
      { IdentityPoolId: POOL_ID, Logins },
      { IdentityId: IDENTITY, Logins, CustomRoleArn: ANALYST },
    ]);
    expect(calls[0]).toMatchObject({
      url: "https://cognito-identity.us-east-1.amazonaws.com/",
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityService.GetId",
      },
    });
    expect(Object.keys(calls[0]?.headers ?? {})).not.toContain("authorization");
  });

  it("names no role where the pool chooses", async () => {
    const { broker, calls } = scripted([]);
    await broker(permitOf("pool"), callerOf());
    expect(calls[1]?.input).not.toHaveProperty("CustomRoleArn");
  });

  it.each([
    ["NotAuthorizedException", 400, "role-not-granted", true],
    ["InvalidParameterException", 400, "role-not-granted", true],
    ["ResourceConflictException", 400, "role-not-granted", true],
    ["InvalidIdentityPoolConfigurationException", 400, "credentials-unavailable", true],
    ["TooManyRequestsException", 400, "credentials-throttled", false],
    ["TooManyRequestsException", 429, "credentials-throttled", false],
    ["LimitExceededException", 400, "credentials-throttled", false],
    ["ExternalServiceException", 400, "credentials-unavailable", false],
    ["InternalErrorException", 500, "credentials-unavailable", false],
    ["com.amazonaws.cognito#NotAuthorizedException", 400, "role-not-granted", true],
    ["NotAuthorizedException:http://internal.amazon.com/x", 400, "role-not-granted", true],
  ])("reads %s (%i) as %s, decided: %s", async (type, status, code, decided) => {
    const refusal = await end(scripted([errorOf(type, status)]).broker);
    expect(refusal).toMatchObject({ code });
    expect(isDecision(refusal)).toBe(decided);
  });

  it("does not call a denial of the pool's own choice a role that is not granted", async () => {
    expect(await end(scripted([errorOf("NotAuthorizedException")]).broker, "pool")).toMatchObject({
      code: "credentials-refused",
    });
  });

  it("reads the error's name from the header where the body has none", async () => {
    const reply = { status: 400, body: "", headers: { "x-amzn-errortype": "NotAuthorizedException:" } };
    expect(await end(scripted([reply]).broker)).toMatchObject({ code: "role-not-granted" });
  });

  it.each([
    ["a gateway's page", { status: 403, body: "<html>Forbidden</html>" }],
    ["a redirect", { status: 307, headers: { location: "https://evil.example/" } }],
    ["an error that is null", { status: 502, body: "null" }],
    ["an error whose name is a number", { status: 500, body: '{"__type":7}' }],
  ])("takes %s for a fault, which says nothing of the caller", async (_what, reply) => {
    const refusal = await end(scripted([reply]).broker);
    expect(refusal).toMatchObject({ code: "credentials-unavailable" });
    expect(isDecision(refusal)).toBe(false);
  });

  const malformed = (change: Record<string, unknown>) => ({
    ...GOOD,
    Credentials: { ...GOOD.Credentials, ...change },
  });
  it.each([
    ["not JSON", "<html>"],
    ["null", "null"],
    ["a string", '"ok"'],
    ["no Credentials", JSON.stringify({ IdentityId: IDENTITY })],
    ["Credentials that are null", JSON.stringify({ ...GOOD, Credentials: null })],
    ["Credentials that are a word", JSON.stringify({ ...GOOD, Credentials: "Success" })],
    ["an empty access key", JSON.stringify(malformed({ AccessKeyId: "" }))],
    ["no secret", JSON.stringify(malformed({ SecretKey: undefined }))],
    ["an empty session token", JSON.stringify(malformed({ SessionToken: "" }))],
    ["a session token that would break a header", JSON.stringify(malformed({ SessionToken: "a\r\nx: y" }))],
    ["a session token that is a number", JSON.stringify(malformed({ SessionToken: 1 }))],
    ["no end", JSON.stringify(malformed({ Expiration: undefined }))],
    ["an end that is a string", JSON.stringify(malformed({ Expiration: "2030-01-01T00:00:00Z" }))],
    ["an end beyond all numbers", JSON.stringify(malformed({ Expiration: 7 })).replace(":7}", ":1e999}")],
    ["an end that is this moment", JSON.stringify(malformed({ Expiration: NOW / 1000 }))],
    ["an end that is past", JSON.stringify(malformed({ Expiration: NOW / 1000 - 1 }))],
  ])("gives no credentials out of a 200 with %s", async (_what, body) => {
    const { broker, exchanges } = scripted([{ body }]);
    expect(await end(broker)).toMatchObject({ code: "credentials-unavailable" });
    expect(exchanges.at(-1)).toMatchObject({
      operation: "GetCredentialsForIdentity",
      outcome: "unavailable",
    });
  });

  it.each(["{}", '{"IdentityId":""}', '{"IdentityId":null}', "[]"])(
    "asks for no credentials where GetId answers %s",
    async (body) => {
      const { broker, calls } = scripted([], { body });
      expect(await end(broker)).toMatchObject({ code: "credentials-unavailable" });
      expect(targets(calls)).toEqual(["GetId"]);
    },
  );

  it("asks for the identity anew, once and at once, when a known one is gone", async () => {
    const { broker, calls } = scripted([
      { body: JSON.stringify(GOOD) },
      errorOf("ResourceNotFoundException"),
    ]);
    await broker(permitOf(), callerOf());
    await expect(broker(permitOf(), callerOf())).resolves.toMatchObject({ accessKeyId: "ASIA" });
    expect(targets(calls).slice(2)).toEqual([
      "GetCredentialsForIdentity",
      "GetId",
      "GetCredentialsForIdentity",
    ]);
  });

  it("does not ask for ever when it stays gone", async () => {
    const gone = errorOf("ResourceNotFoundException");
    const { broker, calls } = scripted([{ body: JSON.stringify(GOOD) }, gone, gone, gone]);
    await broker(permitOf(), callerOf());
    expect(await end(broker)).toMatchObject({ code: "credentials-unavailable" });
    expect(calls).toHaveLength(5);
  });

  it("keeps the identity over a fault, since GetId has the narrowest quota", async () => {
    const { broker, calls } = scripted([
      errorOf("TooManyRequestsException"),
      errorOf("InternalErrorException", 500),
    ]);
    for (let i = 0; i < 3; i++) await end(broker);
    expect(targets(calls).filter((target) => target === "GetId")).toHaveLength(1);
  });

  it("asks for the identity anew after a denial, and after it was merged into another", async () => {
    const merged = { body: JSON.stringify({ ...GOOD, IdentityId: "us-east-1:merged" }) };
    const { broker, calls } = scripted([errorOf("NotAuthorizedException"), merged]);
    await end(broker);
    await expect(broker(permitOf(), callerOf())).resolves.toMatchObject({ identityId: "us-east-1:merged" });
    await end(broker);
    expect(targets(calls).filter((target) => target === "GetId")).toHaveLength(3);
  });

  it.each([
    ["another role", "arn:aws:sts::123456789012:assumed-role/default/CognitoIdentityCredentials"],
    [
      "the role of another account",
      "arn:aws:sts::210987654321:assumed-role/analyst/CognitoIdentityCredentials",
    ],
    ["no role", "arn:aws:iam::123456789012:root"],
  ])("S2.3 never uses credentials that prove to hold %s, and takes that for decided", async (_what, arn) => {
    const { broker } = createPool(
      async ({ headers }) => ({
        status: 200,
        headers: {},
        body: JSON.stringify(
          headers["x-amz-target"]?.endsWith("GetId") === true ? { IdentityId: IDENTITY } : GOOD,
        ),
      }),
      { proveRole: async () => arn },
    );
    const refusal = await end(broker);
    expect(refusal).toMatchObject({ code: "role-mismatch", detail: `${arn} is not ${ANALYST}` });
    expect(isDecision(refusal)).toBe(true);
    await expect(broker(permitOf("pool"), callerOf())).resolves.toMatchObject({ assumedRoleArn: arn });
  });

  it("puts neither token nor key into what it throws", async () => {
    for (const reply of [
      errorOf("NotAuthorizedException"),
      { body: JSON.stringify(malformed({ Expiration: 1 })) },
    ]) {
      const error = (await end(scripted([reply]).broker)) as Error;
      const text = JSON.stringify([error, error.message, String(error.cause)]);
      expect(text).not.toMatch(/anna's token|ASIA|secret/);
    }
  });
});
