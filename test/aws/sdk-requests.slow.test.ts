import { Readable } from "node:stream";
import * as ddb from "@aws-sdk/client-dynamodb";
import * as sdk from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import type { Service } from "../../src/aws/service.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { readHeaders } from "../../src/domain/head.ts";
import { canonicalQuery } from "../../src/domain/query.ts";
import { anUpstream, readWhole } from "../support/asking.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** Catches what an SDK would send, and reads it as the proxy would. */
function reader(service: Service) {
  const read: string[] = [];
  const operations: Operation[] = [];
  const orders = { partitionKey: "customer", indexes: new Map([["byStatus", "status"]]) };
  const requestHandler = {
    handle: async (sent: Sent) => {
      const query = canonicalQuery(Object.entries(sent.query).map(([name, value]) => [name, value ?? ""]));
      const head = {
        method: sent.method,
        target: query === "" ? sent.path : `${sent.path}?${query}`,
        headers: readHeaders(Object.entries(sent.headers).flat()),
      };
      const body = sent.body instanceof Readable ? undefined : ((sent.body ?? "") as string | Buffer);
      const operation = readWhole(
        service,
        anUpstream({ service: service === s3 ? "s3" : "dynamodb", tables: new Map([["Orders", orders]]) }),
        head,
        body,
      );
      read.push(operation.name);
      operations.push(operation);
      const upload = operation.name === "CreateMultipartUpload";
      const answer = upload
        ? "<R><Bucket>reports</Bucket><Key>a</Key><UploadId>u</UploadId></R>"
        : service === s3
          ? "<R/>"
          : "{}";
      return {
        response: { statusCode: 200, headers: { etag: '"e"' }, body: Readable.from([Buffer.from(answer)]) },
      };
    },
  };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
  const settings = { region: "us-east-1", endpoint: "http://127.0.0.1:1", credentials, maxAttempts: 1 };
  return { read, operations, settings: { ...settings, requestHandler: requestHandler as never } };
}

const there = { Bucket: "reports", Key: "a b/ü+(1)!*.txt" };
const part = { ...there, UploadId: "u", PartNumber: 1 };
const grants = {
  GrantRead: 'id="x"',
  GrantReadACP: 'id="x"',
  GrantWriteACP: 'id="x"',
  GrantFullControl: 'id="x"',
};
const stored = {
  ...grants,
  ACL: "private",
  CacheControl: "no-store",
  ContentType: "text/plain",
  Metadata: { colour: "blue" },
  StorageClass: "STANDARD",
  ServerSideEncryption: "AES256",
  BucketKeyEnabled: true,
  Tagging: "a=b",
  ObjectLockMode: "GOVERNANCE",
  ObjectLockRetainUntilDate: new Date(0),
  ObjectLockLegalHoldStatus: "ON",
} as const;
const owner = { ExpectedBucketOwner: "123456789012" };
const copy = { CopySource: "audit/x", CopySourceIfMatch: '"e"', ExpectedSourceBucketOwner: "123456789012" };
const policy = { Owner: { ID: "x" }, Grants: [] };
const tags = { Tagging: { TagSet: [{ Key: "a", Value: "b" }] } };
const listing = {
  Bucket: "reports",
  Prefix: "a b",
  Delimiter: "/",
  MaxKeys: 2,
  EncodingType: "url",
} as const;
const optional = { OptionalObjectAttributes: ["RestoreStatus" as const] };

describe("what the S3 client of the SDK sends is read as what it means", () => {
  it.each<readonly [name: string, send: (client: sdk.S3Client) => Promise<unknown>]>([
    [
      "ListBuckets",
      (c) =>
        c.send(
          new sdk.ListBucketsCommand({
            Prefix: "a",
            MaxBuckets: 1,
            BucketRegion: "us-east-1",
            ContinuationToken: "t",
          }),
        ),
    ],
    ["HeadBucket", (c) => c.send(new sdk.HeadBucketCommand({ Bucket: "reports", ...owner }))],
    ["CreateBucket", (c) => c.send(new sdk.CreateBucketCommand({ Bucket: "reports" }))],
    [
      "CreateBucket",
      (c) =>
        c.send(
          new sdk.CreateBucketCommand({
            Bucket: "reports",
            ...grants,
            GrantWrite: 'id="x"',
            ACL: "private",
            ObjectLockEnabledForBucket: true,
            ObjectOwnership: "ObjectWriter",
            CreateBucketConfiguration: {
              LocationConstraint: "us-east-1" as never,
              Tags: [{ Key: "a", Value: "b" }],
            },
          }),
        ),
    ],
    ["DeleteBucket", (c) => c.send(new sdk.DeleteBucketCommand({ Bucket: "reports", ...owner }))],
    ["ListObjects", (c) => c.send(new sdk.ListObjectsCommand({ ...listing, ...optional, Marker: "m" }))],
    [
      "ListObjectsV2",
      (c) =>
        c.send(
          new sdk.ListObjectsV2Command({
            ...listing,
            ...optional,
            ...owner,
            ContinuationToken: "t",
            StartAfter: "s",
            FetchOwner: true,
          }),
        ),
    ],
    [
      "ListObjectVersions",
      (c) =>
        c.send(
          new sdk.ListObjectVersionsCommand({
            ...listing,
            ...optional,
            KeyMarker: "k",
            VersionIdMarker: "v",
          }),
        ),
    ],
    [
      "ListMultipartUploads",
      (c) =>
        c.send(
          new sdk.ListMultipartUploadsCommand({
            Bucket: "reports",
            Delimiter: "/",
            EncodingType: "url",
            KeyMarker: "k",
            MaxUploads: 1,
            Prefix: "a",
            UploadIdMarker: "u",
          }),
        ),
    ],
    ["GetBucketLocation", (c) => c.send(new sdk.GetBucketLocationCommand({ Bucket: "reports" }))],
    ["GetBucketAcl", (c) => c.send(new sdk.GetBucketAclCommand({ Bucket: "reports" }))],
    [
      "PutBucketAcl",
      (c) =>
        c.send(new sdk.PutBucketAclCommand({ Bucket: "reports", ...grants, AccessControlPolicy: policy })),
    ],
    [
      "HeadObject",
      (c) =>
        c.send(
          new sdk.HeadObjectCommand({
            ...there,
            VersionId: "v",
            PartNumber: 1,
            ChecksumMode: "ENABLED",
            ...owner,
          }),
        ),
    ],
    [
      "GetObject",
      (c) =>
        c.send(
          new sdk.GetObjectCommand({
            ...there,
            VersionId: "v",
            PartNumber: 1,
            Range: "bytes=0-1",
            IfMatch: '"e"',
          }),
        ),
    ],
    [
      "PutObject",
      (c) =>
        c.send(new sdk.PutObjectCommand({ ...there, ...owner, ...stored, Body: "hello", IfNoneMatch: "*" })),
    ],
    [
      "PutObject",
      (c) => c.send(new sdk.PutObjectCommand({ ...there, Body: Readable.from(["hello"]), ContentLength: 5 })),
    ],
    [
      "CopyObject",
      (c) =>
        c.send(
          new sdk.CopyObjectCommand({
            ...there,
            ...owner,
            ...stored,
            ...copy,
            MetadataDirective: "REPLACE",
            TaggingDirective: "REPLACE",
            ChecksumAlgorithm: "SHA256",
          }),
        ),
    ],
    [
      "DeleteObject",
      (c) =>
        c.send(
          new sdk.DeleteObjectCommand({
            ...there,
            VersionId: "v",
            BypassGovernanceRetention: true,
            IfMatch: '"e"',
            IfMatchSize: 1,
            IfMatchLastModifiedTime: new Date(0),
          }),
        ),
    ],
    [
      "DeleteObjects",
      (c) =>
        c.send(
          new sdk.DeleteObjectsCommand({
            Bucket: "reports",
            BypassGovernanceRetention: true,
            Delete: {
              Quiet: true,
              Objects: [
                { Key: "a<&>ü" },
                { Key: "b", VersionId: "v", ETag: '"e"', Size: 1, LastModifiedTime: new Date(0) },
              ],
            },
          }),
        ),
    ],
    [
      "CreateMultipartUpload",
      (c) =>
        c.send(
          new sdk.CreateMultipartUploadCommand({
            ...there,
            ...owner,
            ...stored,
            ChecksumAlgorithm: "CRC64NVME",
            ChecksumType: "FULL_OBJECT",
          }),
        ),
    ],
    [
      "UploadPart",
      (c) =>
        c.send(new sdk.UploadPartCommand({ ...part, ...owner, Body: "hello", ChecksumAlgorithm: "SHA1" })),
    ],
    [
      "UploadPartCopy",
      (c) => c.send(new sdk.UploadPartCopyCommand({ ...part, ...copy, CopySourceRange: "bytes=0-1" })),
    ],
    [
      "ListParts",
      (c) =>
        c.send(new sdk.ListPartsCommand({ ...there, UploadId: "u", MaxParts: 1, PartNumberMarker: "1" })),
    ],
    [
      "CompleteMultipartUpload",
      (c) =>
        c.send(
          new sdk.CompleteMultipartUploadCommand({
            ...there,
            UploadId: "u",
            MultipartUpload: { Parts: [{ ETag: '"e"', PartNumber: 1 }] },
            ChecksumCRC32: "x",
            ChecksumType: "COMPOSITE",
            MpuObjectSize: 5,
          }),
        ),
    ],
    [
      "AbortMultipartUpload",
      (c) =>
        c.send(
          new sdk.AbortMultipartUploadCommand({ ...there, UploadId: "u", IfMatchInitiatedTime: new Date(0) }),
        ),
    ],
    ["GetObjectTagging", (c) => c.send(new sdk.GetObjectTaggingCommand({ ...there, VersionId: "v" }))],
    [
      "PutObjectTagging",
      (c) => c.send(new sdk.PutObjectTaggingCommand({ ...there, VersionId: "v", ...tags })),
    ],
    ["DeleteObjectTagging", (c) => c.send(new sdk.DeleteObjectTaggingCommand({ ...there, VersionId: "v" }))],
    ["GetObjectAcl", (c) => c.send(new sdk.GetObjectAclCommand({ ...there, VersionId: "v" }))],
    [
      "PutObjectAcl",
      (c) =>
        c.send(
          new sdk.PutObjectAclCommand({ ...there, VersionId: "v", ...grants, AccessControlPolicy: policy }),
        ),
    ],
  ])("%s", async (name, send) => {
    const { read, settings } = reader(s3);
    await send(new sdk.S3Client({ ...settings, forcePathStyle: true }));
    expect(read).toEqual([name]);
  });

  it("an upload in parts", async () => {
    const { read, settings } = reader(s3);
    const client = new sdk.S3Client({ ...settings, forcePathStyle: true });
    await new Upload({ client, params: { ...there, Body: Buffer.alloc(6 * 1024 ** 2) } }).done();
    expect(read.toSorted()).toEqual([
      "CompleteMultipartUpload",
      "CreateMultipartUpload",
      "UploadPart",
      "UploadPart",
    ]);
  });
});

describe("what the DynamoDB client of the SDK sends is read as what it means", () => {
  const table = { TableName: "Orders" };
  const Key = { id: { S: "1" } };

  it.each<readonly [name: string, send: (client: ddb.DynamoDBClient) => Promise<unknown>]>([
    ["GetItem", (c) => c.send(new ddb.GetItemCommand({ ...table, Key }))],
    ["PutItem", (c) => c.send(new ddb.PutItemCommand({ ...table, Item: Key }))],
    ["UpdateItem", (c) => c.send(new ddb.UpdateItemCommand({ ...table, Key }))],
    ["DeleteItem", (c) => c.send(new ddb.DeleteItemCommand({ ...table, Key }))],
    ["Query", (c) => c.send(new ddb.QueryCommand({ ...table, IndexName: "ByDate" }))],
    ["Scan", (c) => c.send(new ddb.ScanCommand(table))],
    [
      "BatchGetItem",
      (c) => c.send(new ddb.BatchGetItemCommand({ RequestItems: { Orders: { Keys: [Key] } } })),
    ],
    [
      "BatchWriteItem",
      (c) =>
        c.send(new ddb.BatchWriteItemCommand({ RequestItems: { Orders: [{ PutRequest: { Item: Key } }] } })),
    ],
    [
      "TransactGetItems",
      (c) => c.send(new ddb.TransactGetItemsCommand({ TransactItems: [{ Get: { ...table, Key } }] })),
    ],
    [
      "TransactWriteItems",
      (c) => c.send(new ddb.TransactWriteItemsCommand({ TransactItems: [{ Put: { ...table, Item: Key } }] })),
    ],
    [
      "CreateTable",
      (c) =>
        c.send(
          new ddb.CreateTableCommand({
            ...table,
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            BillingMode: "PAY_PER_REQUEST",
            Tags: [],
          }),
        ),
    ],
    ["UpdateTable", (c) => c.send(new ddb.UpdateTableCommand({ ...table, BillingMode: "PAY_PER_REQUEST" }))],
    ["DescribeTable", (c) => c.send(new ddb.DescribeTableCommand(table))],
    ["DeleteTable", (c) => c.send(new ddb.DeleteTableCommand(table))],
    ["ListTables", (c) => c.send(new ddb.ListTablesCommand({}))],
    [
      "UpdateTimeToLive",
      (c) =>
        c.send(
          new ddb.UpdateTimeToLiveCommand({
            ...table,
            TimeToLiveSpecification: { AttributeName: "t", Enabled: true },
          }),
        ),
    ],
    ["DescribeLimits", (c) => c.send(new ddb.DescribeLimitsCommand({}))],
    [
      "TagResource",
      (c) =>
        c.send(
          new ddb.TagResourceCommand({
            ResourceArn: "arn:aws:dynamodb:us-east-1:123456789012:table/Orders",
            Tags: [],
          }),
        ),
    ],
  ])("%s", async (name, send) => {
    const { read, settings } = reader(dynamodb);
    await send(new ddb.DynamoDBClient(settings));
    expect(read).toEqual([name]);
  });
});

/** IAM's keys of each requirement, with a list of one as a text. */
const keysOf = ([operation]: readonly Operation[]) =>
  operation?.requirements.map(({ action, keys }) => [
    action,
    Object.fromEntries(
      [...(keys ?? [])].map(([key, values]) => [key, values.length === 1 ? values[0] : values]),
    ),
  ]);

async function askingS3(send: (client: sdk.S3Client) => Promise<unknown>) {
  const { operations, settings } = reader(s3);
  await send(new sdk.S3Client({ ...settings, forcePathStyle: true }));
  return keysOf(operations);
}

async function askingDynamoDb(send: (client: ddb.DynamoDBClient) => Promise<unknown>) {
  const { operations, settings } = reader(dynamodb);
  await send(new ddb.DynamoDBClient(settings));
  return keysOf(operations);
}

describe("what the S3 client says is told in IAM's keys", () => {
  it("of a listing", async () => {
    expect(await askingS3((c) => c.send(new sdk.ListObjectsV2Command(listing)))).toEqual([
      ["s3:ListBucket", { "s3:prefix": "a b", "s3:delimiter": "/", "s3:max-keys": "2" }],
    ]);
  });

  it("of a write with a key of the customer, tags and a lock", async () => {
    const command = new sdk.PutObjectCommand({
      ...there,
      Body: "hello",
      Tagging: "team=a%26b&Level=1",
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: new Date(0),
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: "k".repeat(32),
    });
    const tags = {
      "s3:requestobjecttag/team": "a&b",
      "s3:requestobjecttag/level": "1",
      "s3:requestobjecttagkeys": ["team", "Level"],
    };
    const locked = {
      "s3:object-lock-mode": "GOVERNANCE",
      "s3:object-lock-retain-until-date": "1970-01-01T00:00:00Z",
    };
    const customer = { "s3:x-amz-server-side-encryption-customer-algorithm": "AES256" };
    expect(await askingS3((c) => c.send(command))).toEqual([
      ["s3:PutObject", { ...tags, ...locked, ...customer }],
      ["s3:PutObjectTagging", tags],
      ["s3:PutObjectRetention", locked],
    ]);
  });

  it("of a copy", async () => {
    const command = new sdk.CopyObjectCommand({
      ...there,
      CopySource: "audit/x%20y?versionId=7",
      TaggingDirective: "REPLACE",
      StorageClass: "GLACIER",
      SSEKMSKeyId: "key",
    });
    expect(await askingS3((c) => c.send(command))).toEqual([
      [
        "s3:PutObject",
        {
          "s3:x-amz-copy-source": "audit/x y",
          "s3:x-amz-storage-class": "GLACIER",
          "s3:x-amz-server-side-encryption-aws-kms-key-id": "key",
        },
      ],
      ["s3:GetObjectVersion", { "s3:versionid": "7" }],
    ]);
  });
});

describe("what the DynamoDB client says is told in IAM's keys", () => {
  const Key = { customer: { S: "acme" } };

  it("of a query of an index", async () => {
    const command = new ddb.QueryCommand({
      TableName: "Orders",
      IndexName: "byStatus",
      KeyConditionExpression: "#s = :s AND begins_with(#d, :d)",
      ProjectionExpression: "#t, lines[0].price",
      ExpressionAttributeNames: { "#s": "status", "#d": "date", "#t": "total" },
      ExpressionAttributeValues: { ":s": { S: "open" }, ":d": { S: "2026" } },
    });
    expect(await askingDynamoDb((c) => c.send(command))).toEqual([
      [
        "dynamodb:Query",
        {
          "dynamodb:leadingkeys": "open",
          "dynamodb:attributes": ["status", "date", "total", "lines"],
          "dynamodb:select": "SPECIFIC_ATTRIBUTES",
        },
      ],
    ]);
  });

  it("of a key of bytes", async () => {
    const command = new ddb.GetItemCommand({
      TableName: "Orders",
      Key: { customer: { B: new Uint8Array([0, 255]) } },
    });
    expect(await askingDynamoDb((c) => c.send(command))).toMatchObject([
      ["dynamodb:GetItem", { "dynamodb:leadingkeys": "AP8=" }],
    ]);
  });

  it("of a transaction", async () => {
    const command = new ddb.TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: "Orders", Item: { ...Key, total: { N: "7" } } } },
        {
          Update: {
            TableName: "Orders",
            Key,
            UpdateExpression: "SET total = :t",
            ExpressionAttributeValues: { ":t": { N: "1" } },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
      ],
    });
    const said = {
      "dynamodb:enclosingoperation": "TransactWriteItems",
      "dynamodb:leadingkeys": "acme",
      "dynamodb:attributes": ["customer", "total"],
    };
    expect(await askingDynamoDb((c) => c.send(command))).toEqual([
      ["dynamodb:PutItem", { ...said, "dynamodb:returnvalues": "NONE" }],
      ["dynamodb:UpdateItem", { ...said, "dynamodb:returnvalues": "ALL_OLD" }],
    ]);
  });
});
