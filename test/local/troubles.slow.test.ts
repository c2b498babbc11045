import { readFileSync } from "node:fs";
import * as identity from "@aws-sdk/client-cognito-identity";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startLocalAws } from "../../src/local/aws.ts";
import type { LocalAws } from "../../src/local/aws.ts";
import type { Effect } from "../../src/local/faults.ts";
import { readWorld } from "../../src/local/parse-world.ts";

const WORLD = readWorld(readFileSync(new URL("../../config/local-world.yaml", import.meta.url), "utf8"));
const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";
const JWKS = "/us-east-1_LOCAL/.well-known/jwks.json";

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ world: WORLD, address: { host: "127.0.0.1", port: 0 } });
});
afterAll(() => aws.close());
afterEach(() => aws.faults.clear());

function sidecarOf({ iamUsers: [user] = [] } = WORLD) {
  return { accessKeyId: user?.accessKeyId ?? "", secretAccessKey: user?.secretAccessKey ?? "" };
}

const options = (credentials?: ReturnType<typeof sidecarOf>, of = aws) => ({
  region: "us-east-1",
  endpoint: of.url,
  maxAttempts: 1,
  ...(credentials !== undefined && { credentials }),
});

const getId = (of = aws) =>
  new identity.CognitoIdentityClient(options(undefined, of)).send(
    new identity.GetIdCommand({ IdentityPoolId: POOL }),
  );

async function guestCredentials(): Promise<identity.Credentials> {
  const { IdentityId } = await getId();
  const client = new identity.CognitoIdentityClient(options());
  const { Credentials = {} } = await client.send(
    new identity.GetCredentialsForIdentityCommand({ IdentityId }),
  );
  return Credentials;
}

const assume = (of = aws, as = sidecarOf()) =>
  new sts.STSClient(options(as, of)).send(
    new sts.AssumeRoleCommand({ RoleArn: "arn:aws:iam::123456789012:role/service", RoleSessionName: "test" }),
  );

async function assumed(): Promise<Partial<sts.Credentials>> {
  return (await assume()).Credentials ?? {};
}

const jwks = (of = aws) => fetch(`${of.url}${JWKS}`);

describe("credentials", () => {
  it("come out of date, in an answer that is otherwise good", async () => {
    aws.faults.add({ effect: { kind: "expired-credentials" } });
    for (const { Expiration, SessionToken } of [await guestCredentials(), await assumed()]) {
      expect(Expiration).toEqual(new Date("2001-09-09T01:46:40Z"));
      expect(SessionToken).toMatch(/^local\./);
    }
  });

  it("come empty, in an answer that is otherwise good", async () => {
    aws.faults.add({ effect: { kind: "empty-credentials" } });
    const guest = await guestCredentials();
    expect(guest).toMatchObject({ AccessKeyId: "", SecretKey: "", SessionToken: "" });
    const role = await assumed();
    expect(role).toMatchObject({ AccessKeyId: "", SecretAccessKey: "", SessionToken: "" });
    for (const { Expiration } of [guest, role]) expect(Expiration?.getTime()).toBeGreaterThan(Date.now());
  });
});

describe("answers that wear a client out", () => {
  it("are ten megabytes long, and still good", async () => {
    aws.faults.add({ effect: { kind: "big", bytes: 10_000_000 } });
    expect((await getId()).IdentityId).toMatch(/^us-east-1:/);
    expect((await assumed()).SessionToken).toBeDefined();
    const keys = await (await jwks()).text();
    expect(keys.length).toBe(10_000_000);
    expect(JSON.parse(keys)).toMatchObject({ keys: expect.any(Array) });
  });

  it("go on in what nobody can read", async () => {
    aws.faults.add({ effect: { kind: "big", bytes: 100_000, filler: "junk" } });
    await expect(getId()).rejects.toThrow(SyntaxError);
    expect(await (await jwks()).text()).toMatch(/x{1000}$/);
  });

  it("come in drops, and are whole in the end", async () => {
    aws.faults.add({ effect: { kind: "drip", ms: 0 } });
    expect((await getId()).IdentityId).toMatch(/^us-east-1:/);
  });

  it("are somebody else's", async () => {
    const answer = { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" };
    aws.faults.add({ effect: { kind: "answer", answer } });
    await expect(getId()).rejects.toThrow(SyntaxError);
    const page = await jwks();
    expect([page.headers.get("content-type"), await page.text()]).toEqual(["text/html", answer.body]);
  });

  it("do not keep a page from doing its work, whatever its method", async () => {
    aws.faults.add({ service: "user-pool", effect: { kind: "big", bytes: 50_000 } });
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: "postern/orders.read" });
    const authorization = `Basic ${Buffer.from("service:local-service-secret").toString("base64")}`;
    const answer = await fetch(`${aws.url}/oauth2/token`, {
      method: "POST",
      headers: { authorization },
      body,
    });
    expect(await answer.json()).toMatchObject({ token_type: "Bearer", access_token: expect.any(String) });
  });
});

type Failure = Omit<Extract<Effect, { kind: "error" }>, "kind" | "status"> & { readonly status?: number };

const failing = (service: string, failure: Failure) =>
  aws.faults.add({ service, effect: { kind: "error", status: 400, ...failure } });

describe("errors", () => {
  it.each([
    ["NotAuthorizedException", identity.NotAuthorizedException],
    ["ResourceNotFoundException", identity.ResourceNotFoundException],
    ["ResourceConflictException", identity.ResourceConflictException],
    ["InvalidParameterException", identity.InvalidParameterException],
    ["TooManyRequestsException", identity.TooManyRequestsException],
    ["InvalidIdentityPoolConfigurationException", identity.InvalidIdentityPoolConfigurationException],
    ["ExternalServiceException", identity.ExternalServiceException],
    ["InternalErrorException", identity.InternalErrorException],
    ["LimitExceededException", identity.LimitExceededException],
  ])("of the identity pool include %s, of the type that the SDK has for it", async (code, type) => {
    failing("cognito-identity", { code, message: "Because." });
    const error: unknown = await getId().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message: "Because." });
  });

  it.each([
    ["ExpiredTokenException", 400, sts.ExpiredTokenException],
    ["IDPRejectedClaim", 403, sts.IDPRejectedClaimException],
    ["IDPCommunicationError", 400, sts.IDPCommunicationErrorException],
    ["InvalidIdentityToken", 400, sts.InvalidIdentityTokenException],
    ["MalformedPolicyDocument", 400, sts.MalformedPolicyDocumentException],
    ["PackedPolicyTooLarge", 400, sts.PackedPolicyTooLargeException],
    ["RegionDisabledException", 403, sts.RegionDisabledException],
  ])("of STS include %s, of the type that the SDK has for it", async (code, status, type) => {
    failing("sts", { code, status, message: "Because." });
    const error: unknown = await assume().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message: "Because.", $metadata: { httpStatusCode: status } });
  });

  it("of Cognito are told as Cognito tells them, in header and body", async () => {
    failing("cognito-identity", { code: "ExternalServiceException", message: "Because." });
    const answer = await fetch(aws.url, {
      method: "POST",
      headers: { "x-amz-target": "AWSCognitoIdentityService.GetId" },
      body: JSON.stringify({ IdentityPoolId: POOL }),
    });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/x-amz-json-1.1",
      "x-amzn-errortype": "ExternalServiceException:",
      "x-amzn-errormessage": "Because.",
    });
    expect(await answer.json()).toEqual({ __type: "ExternalServiceException", message: "Because." });
  });
});

describe("an outage", () => {
  it("cuts every call of its services, and of no others, until it is over", async () => {
    const session = aws.sessions.issue({
      roleArn: "arn:aws:iam::123456789012:role/admin",
      sessionName: "test",
      expiresAtMs: Date.now() + 60_000,
    });
    const unknown = { accessKeyId: "AKIANOBODY2222222222", secretAccessKey: "x" };
    const up = aws.faults.down("cognito-identity", "sts", "user-pool");
    for (let n = 0; n < 2; n++) {
      await expect(getId()).rejects.toMatchObject({ code: "ECONNRESET" });
      await expect(assume()).rejects.toMatchObject({ code: "ECONNRESET" });
      await expect(assume(aws, unknown)).rejects.toMatchObject({ code: "ECONNRESET" });
      await expect(jwks()).rejects.toThrow("fetch failed");
    }
    const keys = options(session);
    await expect(new S3Client(keys).send(new ListBucketsCommand({}))).resolves.toBeDefined();
    await expect(new DynamoDBClient(keys).send(new ListTablesCommand({}))).resolves.toBeDefined();
    up();
    await expect(getId()).resolves.toBeDefined();
    await expect(assume()).resolves.toBeDefined();
    expect((await jwks()).status).toBe(200);
  });
});

describe("quotas", () => {
  it("throttle what goes past them, each service in its own words", async () => {
    const clock = { ms: Date.now() };
    const small = await startLocalAws({
      world: WORLD,
      address: { host: "127.0.0.1", port: 0 },
      now: () => clock.ms,
      quotas: { GetId: 2, AssumeRole: 1, "jwks.json": 1 },
    });
    try {
      await getId(small);
      await getId(small);
      await expect(getId(small)).rejects.toBeInstanceOf(identity.TooManyRequestsException);
      await assume(small);
      await expect(assume(small)).rejects.toMatchObject({
        name: "Throttling",
        $metadata: { httpStatusCode: 400 },
      });
      expect([(await jwks(small)).status, (await jwks(small)).status]).toEqual([200, 429]);
      clock.ms += 1000;
      await expect(getId(small)).resolves.toBeDefined();
      expect(small.calls.of("cognito-identity:GetId")).toBe(4);
    } finally {
      await small.close();
    }
  });
});
