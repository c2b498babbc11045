import { Agent, createServer } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { renderS3Error } from "../../../src/local/guard/error-answer.ts";
import { createGuard } from "../../../src/local/guard/guard.ts";
import type { Admitted } from "../../../src/local/guard/guard.ts";
import { LocalError } from "../../../src/local/request.ts";
import type { LocalAnswer, LocalRequest } from "../../../src/local/request.ts";
import type { World } from "../../../src/local/world.ts";
import { collect, oneSession } from "./signed-request.ts";

const all = { Statement: { Effect: "Allow", Action: "*", Resource: "*" } };
const world = {
  account: "123456789012",
  region: "us-east-1",
  roles: [{ name: "admin", trust: {}, policies: [all] }],
  buckets: {},
  accessPoints: [{ name: "old", bucket: "reports" }],
} as unknown as World;
const { sessions, session } = oneSession("admin", { expiresAtMs: Date.now() + 3_600_000 });
const guard = createGuard({ world, sessions, now: Date.now, keySchemaOf: () => ({ partitionKey: "pk" }) });

interface Received {
  readonly operation: string;
  readonly resources: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
}

let received: Received[] = [];
let endpoint = "";

const server = createServer((request, response) => {
  const { method = "", url: target = "", rawHeaders } = request;
  void answer({ method, target, rawHeaders, body: request }).then(({ status, headers, body }) =>
    response.writeHead(status, headers).end(body),
  );
});

async function answer(request: LocalRequest): Promise<LocalAnswer & { readonly body: string }> {
  try {
    const admitted = await guard(request);
    received.push(await describeCall(admitted));
    return { status: 200, headers: {}, body: admitted.service === "s3" ? "<Ok/>" : "{}" };
  } catch (error) {
    const known = error instanceof LocalError ? error : new LocalError("InternalError", String(error), 500);
    return renderS3Error(known, "R", request.target);
  }
}

async function describeCall(admitted: Admitted): Promise<Received> {
  const body = Buffer.isBuffer(admitted.body) ? admitted.body : await collect(admitted.body);
  const trailers = admitted.service === "s3" ? [...admitted.trailers().keys()] : [];
  const { operation, requirements } = admitted.call;
  return {
    operation,
    resources: requirements.map(({ resource }) => resource),
    body: body.toString(),
    trailers,
  };
}

const common = { region: "us-east-1", credentials: session, maxAttempts: 1 };
const s3 = (): S3Client => new S3Client({ ...common, endpoint, forcePathStyle: true });

/** Every name is this machine. */
const lookup: LookupFunction = (_host, { all }, done) =>
  all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  received = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("the guard and AWS's own clients", () => {
  const Bucket = "reports";
  const Key = "a b/ü+c'(1)!*.txt";
  const resource = `arn:aws:s3:::${Bucket}/${Key}`;

  it("reads a PutObject of text", async () => {
    await s3().send(new PutObjectCommand({ Bucket, Key, Body: "hello" }));
    expect(received).toEqual([
      { operation: "PutObject", resources: [resource], body: "hello", trailers: [] },
    ]);
  });

  it("reads a PutObject of a stream, whose checksum is a trailer", async () => {
    const content = "a".repeat(70_000);
    const Body = Readable.from([Buffer.from(content)]);
    await s3().send(new PutObjectCommand({ Bucket, Key, Body, ContentLength: content.length }));
    expect(received).toEqual([
      { operation: "PutObject", resources: [resource], body: content, trailers: ["x-amz-checksum-crc32"] },
    ]);
  });

  it("reads keys that look like paths to go up", async () => {
    await s3().send(new GetObjectCommand({ Bucket, Key: "a/../b//c" }));
    expect(received).toMatchObject([
      { operation: "GetObject", resources: ["arn:aws:s3:::reports/a/../b//c"] },
    ]);
  });

  it("reads buckets and access points in the host", async () => {
    const requestHandler = { httpAgent: new Agent({ lookup }) };
    const local = new S3Client({
      ...common,
      requestHandler,
      endpoint: endpoint.replace("127.0.0.1", "localhost"),
    });
    await local.send(new GetObjectCommand({ Bucket, Key }));
    await local.send(new GetObjectCommand({ Bucket: "old-123456789012.s3-accesspoint", Key: "k" }));
    requestHandler.httpAgent.destroy();
    const point = "arn:aws:s3:us-east-1:123456789012:accesspoint/old";
    expect(received.map(({ operation, resources }) => [operation, ...resources])).toEqual([
      ["GetObject", resource],
      ["GetObject", `${point}/object/k`, `arn:aws:s3:::${Bucket}/k`],
    ]);
  });

  it("reads listings, parts, copies and deletions", async () => {
    const client = s3();
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: "a b+c/", MaxKeys: 3 }));
    await client.send(
      new UploadPartCommand({ Bucket, Key: "k", UploadId: "u", PartNumber: 1, Body: "part" }),
    );
    await client.send(
      new CopyObjectCommand({ Bucket, Key: "k", CopySource: `audit/${encodeURIComponent("x+y z")}` }),
    );
    await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "a&b" }, { Key: "c" }] } }),
    );
    expect(received.map(({ operation, resources }) => [operation, ...resources])).toEqual([
      ["ListObjectsV2", "arn:aws:s3:::reports"],
      ["UploadPart", "arn:aws:s3:::reports/k"],
      ["CopyObject", "arn:aws:s3:::audit/x+y z", "arn:aws:s3:::reports/k"],
      ["DeleteObjects", "arn:aws:s3:::reports/a&b", "arn:aws:s3:::reports/c"],
    ]);
  });

  it("reads presigned requests", async () => {
    const url = await getSignedUrl(s3(), new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 });
    const answer = await fetch(url, { method: "PUT", body: "hello" });
    expect([answer.status, received]).toMatchObject([
      200,
      [{ operation: "PutObject", resources: [resource], body: "hello" }],
    ]);
  });

  it("tells an S3 client what was wrong, so that it raises its usual error", async () => {
    const client = new S3Client({
      ...common,
      credentials: { ...session, secretAccessKey: "x" },
      endpoint,
      forcePathStyle: true,
    });
    await expect(client.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
      $metadata: { httpStatusCode: 403, requestId: "R" },
    });
  });

  it("reads DynamoDB and STS calls", async () => {
    const client = new DynamoDBClient({ ...common, endpoint });
    await client.send(new GetItemCommand({ TableName: "Orders", Key: { pk: { S: "a" } } }));
    await new STSClient({ ...common, endpoint })
      .send(new GetCallerIdentityCommand({}))
      .catch(() => undefined);
    expect(received).toMatchObject([
      { operation: "GetItem", resources: ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders"] },
      { operation: "GetCallerIdentity", resources: [] },
    ]);
  });
});
