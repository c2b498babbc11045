import { X509Certificate, createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import {
  CognitoIdentityClient,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
} from "@aws-sdk/client-cognito-identity";
import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import * as ddb from "@aws-sdk/client-dynamodb";
import * as s3 from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startLocalAws } from "../../src/local/aws.ts";
import type { LocalAws } from "../../src/local/aws.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { readWorld } from "../../src/local/parse-world.ts";
import type { Session } from "../../src/local/session.ts";
import { collectGarbage } from "../support/collect-garbage.ts";

const MiB = 1024 * 1024;
const WORLD = readWorld(readFileSync(new URL("../../config/local-world.yaml", import.meta.url), "utf8"));
const Bucket = "reports";
const POOL = "us-east-1:00000000-0000-4000-8000-000000000001";

let aws: LocalAws;
let reports: unknown[];

beforeAll(async () => {
  aws = await startLocalAws({
    world: WORLD,
    address: { host: "127.0.0.1", port: 0 },
    report: (error) => reports.push(error),
  });
});
afterAll(() => aws.close());
beforeEach(() => {
  reports = [];
  aws.calls.reset();
});

describe("S3, signed", () => {
  // First, so that nothing of another test is let go meanwhile and hides what this one holds.
  it("streams 20 MB in and out without holding them", async () => {
    const chunk = randomBytes(64 * 1024);
    const count = 320;
    const before = heldBytes();
    let peak = 0;
    const chunks = function* () {
      for (let i = 0; i < count; i++) {
        if (i % 32 === 31) peak = Math.max(peak, heldBytes() - before);
        yield chunk;
      }
    };
    const client = s3Client("admin");
    // The SDK's own upload of a stream reads ahead without bound, so a plain client sends this one.
    const url = await signedPut("large");
    const outgoing = httpRequest(url, { method: "PUT", headers: { "content-length": count * chunk.length } });
    const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
    await pipeline(chunks, outgoing);
    const [answer] = await answered;
    expect(await text(answer)).toBe("");
    const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "large" }));
    let size = 0;
    for await (const part of got.Body as Readable) {
      const next = size + (part as Buffer).length;
      if (Math.floor(next / (4 * MiB)) > Math.floor(size / (4 * MiB)))
        peak = Math.max(peak, heldBytes() - before);
      size = next;
    }
    expect(size).toBe(count * chunk.length);
    expect(peak).toBeLessThan(8 * MiB);
  });

  it("takes a stream whose checksum comes behind it", async () => {
    const Body = Readable.from([Buffer.alloc(MiB, "a"), Buffer.alloc(MiB, "b")]);
    const client = s3Client("admin");
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: 2 * MiB }));
    const got = await client.send(
      new s3.GetObjectCommand({ Bucket, Key: "stream", ChecksumMode: "ENABLED" }),
    );
    expect(got).toMatchObject({ ContentLength: 2 * MiB, ChecksumCRC32: expect.any(String) });
    expect(got.ContentEncoding).toBeUndefined();
    expect((await got.Body?.transformToString())?.slice(MiB - 1, MiB + 1)).toBe("ab");
  });

  it("puts, gets, lists, copies and deletes", async () => {
    const client = s3Client("admin");
    const { ETag } = await client.send(new s3.PutObjectCommand({ Bucket, Key: "a/ü +1", Body: "content" }));
    const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "a/ü +1" }));
    expect(got.ETag).toBe(ETag);
    expect(await got.Body?.transformToString()).toBe("content");
    await client.send(
      new s3.CopyObjectCommand({ Bucket, Key: "a/copy", CopySource: "reports/a/%C3%BC%20%2B1" }),
    );
    const { Contents } = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: "a/" }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(["a/copy", "a/ü +1"]);
    await client.send(
      new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "a/copy" }, { Key: "a/ü +1" }] } }),
    );
    const head = client.send(new s3.HeadObjectCommand({ Bucket, Key: "a/copy" }));
    await expect(head).rejects.toMatchObject({ name: "NotFound" });
    expect(aws.calls.of("s3:PutObject")).toBe(1);
    expect(reports).toEqual([]);
  });

  it("takes multipart uploads, whose large parts wait for 100 Continue", async () => {
    const Body = randomBytes(11 * MiB);
    await new Upload({
      client: s3Client("admin"),
      params: { Bucket, Key: "multi", Body },
      partSize: 5 * MiB,
    }).done();
    const got = await s3Client("admin").send(
      new s3.GetObjectCommand({ Bucket, Key: "multi", ChecksumMode: "ENABLED" }),
    );
    expect(sha256((await got.Body?.transformToByteArray()) ?? "")).toBe(sha256(Body));
    expect(aws.calls.of("s3:UploadPart")).toBe(3);
  });

  it("refuses a wrong secret, whatever the service", async () => {
    const session = issue("admin");
    const wrong = { ...session, secretAccessKey: "wrong" };
    const put = new s3.PutObjectCommand({ Bucket, Key: "no", Body: Buffer.alloc(3 * MiB) });
    await expect(s3Client(wrong).send(put)).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    const get = ddbClient(wrong).send(new ddb.ListTablesCommand({}));
    await expect(get).rejects.toMatchObject({ name: "InvalidSignatureException" });
    await expect(
      s3Client(session).send(new s3.HeadObjectCommand({ Bucket, Key: "no" })),
    ).rejects.toMatchObject({
      name: "NotFound",
    });
    expect(aws.calls.of("s3:refused")).toBe(1);
  });

  it("refuses what the role does not allow, in the service's own form", async () => {
    const put = new s3.PutObjectCommand({ Bucket, Key: "no", Body: "x" });
    const error = await s3Client("analyst")
      .send(put)
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "AccessDenied", $metadata: { httpStatusCode: 403 } });
    expect((error as s3.S3ServiceException).$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("serves presigned addresses and HEAD without a body", async () => {
    const client = s3Client("analyst");
    const get = await fetch(await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: "q3.txt" })));
    expect(await get.text()).toContain("Third quarter");
    expect(get.headers.get("x-amz-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    const signedHead = await getSignedUrl(client, new s3.HeadObjectCommand({ Bucket, Key: "none" }));
    const head = await fetch(signedHead, { method: "HEAD" });
    expect(head.status).toBe(404);
    expect(await head.text()).toBe("");
  });

  it("keeps an object apart from a page of the same path", async () => {
    const client = s3Client("admin");
    await client.send(new s3.CreateBucketCommand({ Bucket: "oauth2" }));
    await client.send(new s3.PutObjectCommand({ Bucket: "oauth2", Key: "token", Body: "an object" }));
    const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: "oauth2", Key: "token" }));
    expect(await Body?.transformToString()).toBe("an object");
  });
});

describe("the connection", () => {
  it("asks for the body only when the head is found good", async () => {
    const head = ["PUT /reports/x HTTP/1.1", "Host: x", "Content-Length: 5", "Expect: 100-continue", "", ""];
    const answer = await raw(head.join("\r\n"));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).not.toContain("100 Continue");
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  });

  it("sends a refusal whole to a client that first sends everything", async () => {
    const answer = await sendAll("PUT /reports/x HTTP/1.1\r\nHost: x\r\n", 16 * MiB);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain("<Code>AccessDenied</Code>");
  });

  it("sends a refusal whole although it stopped reading in the middle", async () => {
    const target = "x-amz-target: AWSCognitoIdentityService.GetId";
    const answer = await sendAll(`POST / HTTP/1.1\r\nHost: x\r\n${target}\r\n`, 16 * MiB);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("is kept alive over several calls", async () => {
    const get = "GET /us-east-1_LOCAL/.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n";
    const answers = await raw(`${get}\r\n${get}Connection: close\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  });

  it("stores nothing of an upload that is cut off", async () => {
    const client = s3Client("admin");
    const url = await signedPut("half");
    await new Promise<void>((resolve) => {
      const outgoing = httpRequest(url, { method: "PUT", headers: { "content-length": 2 * MiB } });
      outgoing.on("error", () => resolve());
      outgoing.write(Buffer.alloc(MiB), () => outgoing.destroy());
    });
    const head = client.send(new s3.HeadObjectCommand({ Bucket, Key: "half" }));
    await expect(head).rejects.toMatchObject({ name: "NotFound" });
    expect(reports).toEqual([]);
  });
});

describe("TLS", () => {
  it("is spoken on the same port, to those who trust the throw-away authority", async () => {
    const get = (ca: string | undefined) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        httpsRequest(`${aws.httpsUrl}/us-east-1_LOCAL/.well-known/openid-configuration`, { ca }, resolve)
          .on("error", reject)
          .end();
      });
    const answer = await get(aws.caPem);
    expect(JSON.parse(await text(answer))).toMatchObject({ token_endpoint: `${aws.httpsUrl}/oauth2/token` });
    await expect(get(undefined)).rejects.toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  });

  it("has a certificate for localhost and loopback, and no other", () => {
    const { caPem, certPem } = createThrowAwayCertificate(Date.now());
    const [ca, certificate] = [new X509Certificate(caPem), new X509Certificate(certPem)];
    expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.checkIssued(ca)).toBe(true);
    expect([ca.ca, certificate.ca]).toEqual([true, false]);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBe("::1");
    expect(certificate.checkHost("s3.amazonaws.com")).toBeUndefined();
  });

  it("does not keep the stand-in from closing while a connection is silent", async () => {
    const other = await startLocalAws({ world: WORLD, address: { host: "127.0.0.1", port: 0 } });
    const silent = connect(other.port, "127.0.0.1");
    await once(silent, "connect");
    const closed = once(silent.resume(), "close");
    await other.close();
    await closed;
  });
});

describe("DynamoDB, signed", () => {
  const TableName = "Orders";
  const Key = { customerId: { S: "acme" }, orderId: { S: "2026-001" } };

  it("gets, queries and transacts", async () => {
    const client = ddbClient("admin");
    expect((await client.send(new ddb.GetItemCommand({ TableName, Key }))).Item?.["state"]).toEqual({
      S: "shipped",
    });
    await client.send(
      new ddb.TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: { ...Key, orderId: { S: "2026-009" } } } },
          { ConditionCheck: { TableName, Key, ConditionExpression: "attribute_exists(orderId)" } },
        ],
      }),
    );
    const { Items } = await client.send(
      new ddb.QueryCommand({
        TableName,
        KeyConditionExpression: "customerId = :c",
        ExpressionAttributeValues: { ":c": { S: "acme" } },
      }),
    );
    expect(Items?.map(({ orderId }) => orderId?.S)).toEqual(["2026-001", "2026-002", "2026-009"]);
    const cancelled = client.send(
      new ddb.TransactWriteItemsCommand({
        TransactItems: [
          { ConditionCheck: { TableName, Key, ConditionExpression: "attribute_not_exists(orderId)" } },
        ],
      }),
    );
    await expect(cancelled).rejects.toBeInstanceOf(ddb.TransactionCanceledException);
  });

  it("refuses what the role does not allow", async () => {
    const scan = ddbClient("analyst").send(new ddb.ScanCommand({ TableName }));
    await expect(scan).rejects.toMatchObject({
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("lets a member see no keys but their own", async () => {
    const sub = "00000000-aaaa-4000-8000-000000000004";
    const client = ddbClient(issue("member", { sub }));
    const own = { customerId: { S: sub }, orderId: { S: "2026-007" } };
    expect((await client.send(new ddb.GetItemCommand({ TableName, Key: own }))).Item).toBeDefined();
    await expect(client.send(new ddb.GetItemCommand({ TableName, Key }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });
});

describe("the identity side", () => {
  const anonymous = { region: "us-east-1", maxAttempts: 1 };

  it("leads from a password to a file", async () => {
    const endpoint = aws.url;
    const idp = new CognitoIdentityProviderClient({ ...anonymous, endpoint });
    const { AuthenticationResult } = await idp.send(
      new InitiateAuthCommand({
        ClientId: "web",
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: "analyst", PASSWORD: "Postern-1!" },
      }),
    );
    const Logins = {
      "cognito-idp.us-east-1.amazonaws.com/us-east-1_LOCAL": AuthenticationResult?.IdToken ?? "",
    };
    const pool = new CognitoIdentityClient({ ...anonymous, endpoint });
    const { IdentityId } = await pool.send(new GetIdCommand({ IdentityPoolId: POOL, Logins }));
    const { Credentials } = await pool.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins }));
    const client = s3Client({
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    });
    const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "q4.txt" }));
    expect(await got.Body?.transformToString()).toContain("Fourth quarter");
    expect(aws.calls.of("cognito-idp:InitiateAuth")).toBe(1);
    expect(aws.calls.of("cognito-identity:GetId")).toBe(1);
  });

  it("tells sessions and IAM users who they are", async () => {
    const endpoint = aws.url;
    const session = new STSClient({ ...anonymous, endpoint, credentials: issue("editor") });
    expect((await session.send(new GetCallerIdentityCommand({}))).Arn).toMatch(
      /:assumed-role\/editor\/test$/,
    );
    const [user] = WORLD.iamUsers ?? [];
    const credentials = {
      accessKeyId: user?.accessKeyId ?? "",
      secretAccessKey: user?.secretAccessKey ?? "",
    };
    const sts = new STSClient({ ...anonymous, endpoint, credentials });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:iam::123456789012:user/${user?.name}`,
    );
  });

  it("lets an IAM user assume a role that trusts it by name", async () => {
    const [user] = WORLD.iamUsers ?? [];
    const credentials = {
      accessKeyId: user?.accessKeyId ?? "",
      secretAccessKey: user?.secretAccessKey ?? "",
    };
    const sts = new STSClient({ ...anonymous, endpoint: aws.url, credentials });
    const assume = (role: string) =>
      sts.send(new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: "sidecar" }));
    const { AssumedRoleUser } = await assume("service");
    expect(AssumedRoleUser?.Arn).toMatch(/:assumed-role\/service\/sidecar$/);
    await expect(assume("admin")).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("answers an unsigned STS call that needs no signature, and refuses one that does", async () => {
    const post = (form: Record<string, string>) =>
      fetch(aws.url, { method: "POST", body: new URLSearchParams({ Version: "2011-06-15", ...form }) });
    const web = await post({ Action: "AssumeRoleWithWebIdentity" });
    expect(web.status).toBe(400);
    expect(await web.text()).toContain("<ErrorResponse");
    const who = await post({ Action: "GetCallerIdentity" });
    expect(await who.text()).toContain("<Code>MissingAuthenticationToken</Code>");
    expect(aws.calls.of("sts:AssumeRoleWithWebIdentity")).toBe(1);
  });

  it("shows the keys and the pages of the user pool", async () => {
    const keys = await fetch(`${aws.url}/us-east-1_LOCAL/.well-known/jwks.json`);
    expect(((await keys.json()) as { keys: unknown[] }).keys.length).toBeGreaterThan(0);
    expect(aws.calls.of("user-pool:jwks.json")).toBe(1);
    const discovery = await fetch(`${aws.url}/us-east-1_LOCAL/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({ token_endpoint: `${aws.url}/oauth2/token` });
  });
});

describe("faults", () => {
  it("make exactly as many calls fail as they say, in the words of the service", async () => {
    aws.faults.add({ service: "s3", operation: "GetObject", times: 2, effect: { kind: "throttle" } });
    await expect(getQ3()).rejects.toMatchObject({ name: "SlowDown", $metadata: { httpStatusCode: 503 } });
    await expect(getQ3()).rejects.toMatchObject({ name: "SlowDown" });
    await getQ3();
  });

  it("cut connections, before an answer and in the middle of one", async () => {
    aws.faults.add({ service: "s3", times: 1, effect: { kind: "cut" } });
    await expect(getQ3()).rejects.toMatchObject({ code: "ECONNRESET" });
    aws.faults.add({ service: "s3", times: 1, effect: { kind: "cut", afterBytes: 5 } });
    const { Body } = await getQ3();
    await expect(text(Body as Readable)).rejects.toThrow("aborted");
    expect(reports).toEqual([]);
  });

  it("reach the user pool and the identity pool too", async () => {
    aws.faults.add({
      service: "user-pool",
      operation: "jwks.json",
      times: 1,
      effect: { kind: "error", status: 503 },
    });
    expect((await fetch(`${aws.url}/us-east-1_LOCAL/.well-known/jwks.json`)).status).toBe(503);
    expect((await fetch(`${aws.url}/us-east-1_LOCAL/.well-known/jwks.json`)).status).toBe(200);
    aws.faults.add({ service: "cognito-identity", times: 1, effect: { kind: "throttle" } });
    const pool = new CognitoIdentityClient({ region: "us-east-1", maxAttempts: 1, endpoint: aws.url });
    const call = pool.send(new GetIdCommand({ IdentityPoolId: POOL }));
    await expect(call).rejects.toMatchObject({ name: "TooManyRequestsException" });
  });

  it("make answers that nobody can read", async () => {
    aws.faults.add({ service: "dynamodb", times: 1, effect: { kind: "malformed" } });
    const call = ddbClient("admin").send(new ddb.ListTablesCommand({}));
    await expect(call).rejects.toThrow(SyntaxError);
  });
});

it("checks secrets at all: told to hold sessions to another one, it refuses the right one", async () => {
  const strict = await startLocalAws({
    world: WORLD,
    address: { host: "127.0.0.1", port: 0 },
    secretOf: () => "another",
  });
  try {
    const session = strict.sessions.issue({
      roleArn: roleArn("admin"),
      sessionName: "t",
      expiresAtMs: Date.now() + 60_000,
    });
    const client = new s3.S3Client({
      region: "us-east-1",
      endpoint: strict.url,
      credentials: session,
      maxAttempts: 1,
    });
    await expect(client.send(new s3.ListBucketsCommand({}))).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
  } finally {
    await strict.close();
  }
});

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

function issue(role: string, tags: Readonly<Record<string, string>> = {}): Session {
  const expiresAtMs = Date.now() + 3_600_000;
  return aws.sessions.issue({ roleArn: roleArn(role), sessionName: "test", expiresAtMs, tags });
}

function roleArn(role: string): string {
  return `arn:aws:iam::123456789012:role/${role}`;
}

function s3Client(who: string | Credentials): s3.S3Client {
  const credentials = typeof who === "string" ? issue(who) : who;
  return new s3.S3Client({ region: "us-east-1", endpoint: aws.url, credentials, maxAttempts: 1 });
}

function getQ3(): Promise<s3.GetObjectCommandOutput> {
  return s3Client("analyst").send(new s3.GetObjectCommand({ Bucket, Key: "q3.txt" }));
}

/** The address of an upload; by default the SDK would sign the checksum of nothing into it. */
function signedPut(Key: string): Promise<string> {
  const options = { region: "us-east-1", endpoint: aws.url, credentials: issue("admin") };
  const client = new s3.S3Client({ ...options, requestChecksumCalculation: "WHEN_REQUIRED" });
  return getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key }));
}

function ddbClient(who: string | Credentials): ddb.DynamoDBClient {
  const credentials = typeof who === "string" ? issue(who) : who;
  return new ddb.DynamoDBClient({ region: "us-east-1", endpoint: aws.url, credentials, maxAttempts: 1 });
}

/** Sends bytes and gives back everything that comes until the other end closes. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(aws.port, "127.0.0.1");
  socket.write(bytes);
  return await text(socket);
}

/** Sends a head and a body of zeros to their end, and only then looks for an answer. */
async function sendAll(head: string, length: number): Promise<string> {
  const socket = connect(aws.port, "127.0.0.1");
  socket.write(`${head}Content-Length: ${length}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject).write(Buffer.alloc(length), (error) => (error ? reject(error) : resolve()));
  });
  return await text(socket);
}

/** Bytes in buffers that somebody still holds. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
