import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Writable } from "node:stream";
import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { ExecuteStatementCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as streams from "@aws-sdk/client-dynamodb-streams";
import * as s3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalAws } from "../../src/local/aws.ts";
import { WORLD, asAdmin, dynamoDbOf, s3Of, startStandIn } from "./stand-in.ts";

const MiB = 1024 * 1024;
const Bucket = "reports";
const reports: unknown[] = [];

let aws: LocalAws;
let client: s3.S3Client;
beforeAll(async () => {
  aws = await startStandIn({
    world: { ...WORLD, buckets: { ...WORLD.buckets, far: { region: "eu-west-1", objects: { x: "far" } } } },
    drops: (_, key) => key.startsWith("dropped/"),
    report: (error) => reports.push(error),
  });
  client = s3Of(aws);
});
afterAll(async () => {
  await aws.close();
  expect(reports).toEqual([]);
});

describe("settings and locks, signed", () => {
  it("of a bucket are put, got and deleted", async () => {
    const rule = { AllowedMethods: ["GET"], AllowedOrigins: ["https://app.example.com"] };
    await client.send(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
    expect((await client.send(new s3.GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual([rule]);
    await client.send(new s3.DeleteBucketCorsCommand({ Bucket }));
    await expect(client.send(new s3.GetBucketCorsCommand({ Bucket }))).rejects.toMatchObject({
      name: "NoSuchCORSConfiguration",
    });
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await client.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    const MetricsConfiguration = { Id: "all" };
    await client.send(
      new s3.PutBucketMetricsConfigurationCommand({ Bucket, Id: "all", MetricsConfiguration }),
    );
    const { MetricsConfigurationList } = await client.send(
      new s3.ListBucketMetricsConfigurationsCommand({ Bucket }),
    );
    expect(MetricsConfigurationList).toEqual([MetricsConfiguration]);
  });

  it("of an object in a bucket that was made for them", async () => {
    const locked = { Bucket: "locked", Key: "k" };
    await client.send(new s3.CreateBucketCommand({ Bucket: "locked", ObjectLockEnabledForBucket: true }));
    await client.send(new s3.PutObjectCommand({ ...locked, Body: "x", ObjectLockLegalHoldStatus: "ON" }));
    const { LegalHold } = await client.send(new s3.GetObjectLegalHoldCommand(locked));
    expect(LegalHold).toEqual({ Status: "ON" });
    const { ObjectSize } = await client.send(
      new s3.GetObjectAttributesCommand({ ...locked, ObjectAttributes: ["ObjectSize"] }),
    );
    expect(ObjectSize).toBe(1);
  });
});

describe("buckets elsewhere", () => {
  it("are found by a client that follows them, and by one that knows", async () => {
    const lost = client.send(new s3.GetObjectCommand({ Bucket: "far", Key: "x" }));
    await expect(lost).rejects.toMatchObject({ name: "PermanentRedirect" });
    const follower = s3Of(aws, { followRegionRedirects: true });
    const found = await follower.send(new s3.GetObjectCommand({ Bucket: "far", Key: "x" }));
    expect(await found.Body?.transformToString()).toBe("far");
    const near = s3Of(aws, { region: "eu-west-1" });
    expect(await near.send(new s3.HeadBucketCommand({ Bucket: "far" }))).toMatchObject({
      BucketRegion: "eu-west-1",
    });
  });

  it("are made by their region, and told so in lists", async () => {
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
    await client.send(new s3.CreateBucketCommand({ Bucket: "made-there", CreateBucketConfiguration }));
    const listed = await client.send(new s3.ListBucketsCommand({ Prefix: "made-" }));
    expect(listed.Buckets).toMatchObject([{ Name: "made-there", BucketRegion: "eu-west-1" }]);
    const wrong = client.send(new s3.ListObjectsV2Command({ Bucket: "made-there" }));
    await expect(wrong).rejects.toMatchObject({ name: "PermanentRedirect" });
  });

  it("are another kind of trouble where the host is right and only the signature is not", async () => {
    const strict = await startStandIn({ wrongRegion: "malformed" });
    try {
      const stranger = s3Of(strict, { region: "eu-west-1" });
      const lost = stranger.send(new s3.GetObjectCommand({ Bucket, Key: "q3.txt" }));
      await expect(lost).rejects.toMatchObject({ name: "AuthorizationHeaderMalformed", Region: "us-east-1" });
    } finally {
      await strict.close();
    }
  });
});

it("a bucket may stand in the host", async () => {
  const url = new URL(
    await getSignedUrl(
      s3Of(aws, { endpoint: `http://s3.localhost:${aws.port}` }),
      new s3.GetObjectCommand({ Bucket, Key: "q3.txt" }),
    ),
  );
  expect(url.host).toBe(`reports.s3.localhost:${aws.port}`);
  const outgoing = request({
    host: "127.0.0.1",
    port: aws.port,
    path: url.pathname + url.search,
    headers: { host: url.host },
  }).end();
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  expect(Object.keys(answer.headers)).toEqual(expect.arrayContaining(["x-amz-request-id", "x-amz-id-2"]));
  expect(answer.headers["x-amzn-requestid"]).toBeUndefined();
  expect([answer.statusCode, await text(answer)]).toEqual([
    200,
    "Third quarter: revenue 4.2 million, up 7 percent.\n",
  ]);
});

it("one key that IAM refuses keeps no other from being deleted", async () => {
  const credentials = aws.sessions.issue({
    roleArn: "arn:aws:iam::123456789012:role/admin",
    sessionName: "test",
    expiresAtMs: Date.now() + 60_000,
    sessionPolicies: [
      {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "s3:*", Resource: "*" },
          { Effect: "Deny", Action: "s3:DeleteObject", Resource: "arn:aws:s3:::reports/kept" },
        ],
      },
    ],
  });
  for (const Key of ["kept", "gone"]) await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "x" }));
  const Delete = { Objects: [{ Key: "gone" }, { Key: "kept" }] };
  const held = s3Of(aws, { credentials });
  const { Deleted, Errors } = await held.send(new s3.DeleteObjectsCommand({ Bucket, Delete }));
  expect(Deleted?.map(({ Key }) => Key)).toEqual(["gone"]);
  expect(Errors).toMatchObject([{ Key: "kept", Code: "AccessDenied" }]);
  const quiet = await held.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { ...Delete, Quiet: true } }));
  expect([quiet.Deleted, quiet.Errors?.length]).toEqual([undefined, 1]);
});

describe("content beyond all memory", () => {
  it("is read, five hundred megabytes of five terabytes", async () => {
    aws.s3.declare(Bucket, "sparse", { size: 5 * 1024 ** 4 });
    const Range = `bytes=${4 * 1024 ** 4}-${4 * 1024 ** 4 + 500 * MiB - 1}`;
    const { Body, ContentLength } = await client.send(
      new s3.GetObjectCommand({ Bucket, Key: "sparse", Range }),
    );
    expect(ContentLength).toBe(500 * MiB);
    const { size, peakMiB } = await drain(Body as Readable);
    expect(size).toBe(500 * MiB);
    expect(peakMiB).toBeLessThan(150);
  });

  it("is put in parts, checked and let go", async () => {
    const block = randomBytes(MiB);
    const Body = Readable.from(
      (function* () {
        for (let n = 0; n < 300; n++) yield block;
      })(),
    );
    const params = { Bucket, Key: "dropped/parts", Body };
    const before = process.memoryUsage().rss;
    await new Upload({ client, params, partSize: 10 * MiB, queueSize: 2 }).done();
    expect((process.memoryUsage().rss - before) / MiB).toBeLessThan(250);
    const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: "dropped/parts" }));
    expect(head.ContentLength).toBe(300 * MiB);
  });
});

describe("DynamoDB, signed", () => {
  it("tells of changes by its stream", async () => {
    const reader = new streams.DynamoDBStreamsClient(asAdmin(aws));
    const { Streams = [] } = await reader.send(new streams.ListStreamsCommand({ TableName: "Orders" }));
    const StreamArn = Streams[0]?.StreamArn;
    const { StreamDescription } = await reader.send(new streams.DescribeStreamCommand({ StreamArn }));
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
    const { ShardIterator } = await reader.send(
      new streams.GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "LATEST" }),
    );
    const Item = { customerId: { S: "stream" }, orderId: { S: "1" } };
    await dynamoDbOf(aws).send(new PutItemCommand({ TableName: "Orders", Item }));
    const { Records } = await reader.send(new streams.GetRecordsCommand({ ShardIterator }));
    expect(Records).toMatchObject([{ eventName: "INSERT", dynamodb: { NewImage: Item } }]);
  });

  it("takes PartiQL", async () => {
    const { Items } = await dynamoDbOf(aws).send(
      new ExecuteStatementCommand({
        Statement: `SELECT total FROM "Orders" WHERE customerId = ? AND orderId = '2026-002'`,
        Parameters: [{ S: "acme" }],
      }),
    );
    expect(Items).toEqual([{ total: { N: "75" } }]);
  });
});

/** Reads a stream to its end and looks at the memory meanwhile. */
async function drain(source: Readable): Promise<{ readonly size: number; readonly peakMiB: number }> {
  const before = process.memoryUsage().rss;
  let size = 0;
  let peak = 0;
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      size += chunk.length;
      peak = Math.max(peak, process.memoryUsage().rss - before);
      done();
    },
  });
  await pipeline(source, sink);
  return { size, peakMiB: peak / MiB };
}
