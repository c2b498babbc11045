import { Readable } from "node:stream";
import * as sdk from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { NOT_TAKEN } from "../../src/aws/s3/not-taken.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { S3_TABLE } from "../../src/aws/s3/table.ts";
import { readHeaders } from "../../src/domain/head.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { canonicalQuery } from "../../src/domain/query.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { anUpstream, readWhole } from "../support/asking.ts";

/**
 * Operation: the IAM actions that it needs, the one on a version in brackets (Service Authorization Reference, Amazon S3,
 * September 2026; and the pages of the operations in the API reference). Nothing here is taken from the table.
 */
const ACTIONS = `
AbortMultipartUpload: AbortMultipartUpload
CompleteMultipartUpload: PutObject
CopyObject: PutObject + GetObject
CreateBucket: CreateBucket
CreateBucketMetadataConfiguration: CreateBucketMetadataTableConfiguration
CreateBucketMetadataTableConfiguration: CreateBucketMetadataTableConfiguration
CreateMultipartUpload: PutObject
DeleteBucket: DeleteBucket
DeleteBucketAnalyticsConfiguration: PutAnalyticsConfiguration
DeleteBucketCors: PutBucketCORS
DeleteBucketEncryption: PutEncryptionConfiguration
DeleteBucketIntelligentTieringConfiguration: PutIntelligentTieringConfiguration
DeleteBucketInventoryConfiguration: PutInventoryConfiguration
DeleteBucketLifecycle: PutLifecycleConfiguration
DeleteBucketMetadataConfiguration: DeleteBucketMetadataTableConfiguration
DeleteBucketMetadataTableConfiguration: DeleteBucketMetadataTableConfiguration
DeleteBucketMetricsConfiguration: PutMetricsConfiguration
DeleteBucketOwnershipControls: PutBucketOwnershipControls
DeleteBucketPolicy: DeleteBucketPolicy
DeleteBucketReplication: PutReplicationConfiguration
DeleteBucketTagging: PutBucketTagging
DeleteBucketWebsite: DeleteBucketWebsite
DeleteObject: DeleteObject (DeleteObjectVersion)
DeleteObjectAnnotation: DeleteObjectAnnotation (DeleteObjectVersionAnnotation)
DeleteObjectTagging: DeleteObjectTagging (DeleteObjectVersionTagging)
DeleteObjects: DeleteObject (DeleteObjectVersion)
DeletePublicAccessBlock: PutBucketPublicAccessBlock
GetBucketAbac: GetBucketAbac
GetBucketAccelerateConfiguration: GetAccelerateConfiguration
GetBucketAcl: GetBucketAcl
GetBucketAnalyticsConfiguration: GetAnalyticsConfiguration
GetBucketCors: GetBucketCORS
GetBucketEncryption: GetEncryptionConfiguration
GetBucketIntelligentTieringConfiguration: GetIntelligentTieringConfiguration
GetBucketInventoryConfiguration: GetInventoryConfiguration
GetBucketLifecycleConfiguration: GetLifecycleConfiguration
GetBucketLocation: GetBucketLocation
GetBucketLogging: GetBucketLogging
GetBucketMetadataConfiguration: GetBucketMetadataTableConfiguration
GetBucketMetadataTableConfiguration: GetBucketMetadataTableConfiguration
GetBucketMetricsConfiguration: GetMetricsConfiguration
GetBucketNotificationConfiguration: GetBucketNotification
GetBucketOwnershipControls: GetBucketOwnershipControls
GetBucketPolicy: GetBucketPolicy
GetBucketPolicyStatus: GetBucketPolicyStatus
GetBucketReplication: GetReplicationConfiguration
GetBucketRequestPayment: GetBucketRequestPayment
GetBucketTagging: GetBucketTagging
GetBucketVersioning: GetBucketVersioning
GetBucketWebsite: GetBucketWebsite
GetObject: GetObject (GetObjectVersion)
GetObjectAcl: GetObjectAcl (GetObjectVersionAcl)
GetObjectAnnotation: GetObjectAnnotation (GetObjectVersionAnnotation)
GetObjectAttributes: GetObjectAttributes (GetObjectVersionAttributes) + GetObject (GetObjectVersion)
GetObjectLegalHold: GetObjectLegalHold
GetObjectLockConfiguration: GetBucketObjectLockConfiguration
GetObjectRetention: GetObjectRetention
GetObjectTagging: GetObjectTagging (GetObjectVersionTagging)
GetObjectTorrent: GetObjectTorrent
GetPublicAccessBlock: GetBucketPublicAccessBlock
HeadBucket: ListBucket
HeadObject: GetObject (GetObjectVersion)
ListBucketAnalyticsConfigurations: GetAnalyticsConfiguration
ListBucketIntelligentTieringConfigurations: GetIntelligentTieringConfiguration
ListBucketInventoryConfigurations: GetInventoryConfiguration
ListBucketMetricsConfigurations: GetMetricsConfiguration
ListBuckets: ListAllMyBuckets
ListMultipartUploads: ListBucketMultipartUploads
ListObjectAnnotations: ListObjectAnnotations (ListObjectVersionAnnotations)
ListObjectVersions: ListBucketVersions
ListObjects: ListBucket
ListObjectsV2: ListBucket
ListParts: ListMultipartUploadParts
PutBucketAbac: PutBucketAbac
PutBucketAccelerateConfiguration: PutAccelerateConfiguration
PutBucketAcl: PutBucketAcl
PutBucketAnalyticsConfiguration: PutAnalyticsConfiguration
PutBucketCors: PutBucketCORS
PutBucketEncryption: PutEncryptionConfiguration
PutBucketIntelligentTieringConfiguration: PutIntelligentTieringConfiguration
PutBucketInventoryConfiguration: PutInventoryConfiguration
PutBucketLifecycleConfiguration: PutLifecycleConfiguration
PutBucketLogging: PutBucketLogging
PutBucketMetricsConfiguration: PutMetricsConfiguration
PutBucketNotificationConfiguration: PutBucketNotification
PutBucketOwnershipControls: PutBucketOwnershipControls
PutBucketPolicy: PutBucketPolicy
PutBucketReplication: PutReplicationConfiguration
PutBucketRequestPayment: PutBucketRequestPayment
PutBucketTagging: PutBucketTagging
PutBucketVersioning: PutBucketVersioning
PutBucketWebsite: PutBucketWebsite
PutObject: PutObject
PutObjectAcl: PutObjectAcl (PutObjectVersionAcl)
PutObjectAnnotation: PutObjectAnnotation (PutObjectVersionAnnotation)
PutObjectLegalHold: PutObjectLegalHold
PutObjectLockConfiguration: PutBucketObjectLockConfiguration
PutObjectRetention: PutObjectRetention
PutObjectTagging: PutObjectTagging (PutObjectVersionTagging)
PutPublicAccessBlock: PutBucketPublicAccessBlock
RestoreObject: RestoreObject
SelectObjectContent: GetObject
UpdateBucketMetadataAnnotationTableConfiguration: UpdateBucketMetadataAnnotationTableConfiguration
UpdateBucketMetadataInventoryTableConfiguration: UpdateBucketMetadataInventoryTableConfiguration
UpdateBucketMetadataJournalTableConfiguration: UpdateBucketMetadataJournalTableConfiguration
UpdateObjectEncryption: UpdateObjectEncryption
UploadPart: PutObject
UploadPartCopy: PutObject + GetObject
`;

/** Of an operation: each action with the one in its place where a version is named. */
const actionsOf = new Map(
  [...ACTIONS.matchAll(/^(\w+): (.+)$/gm)].map(([, name = "", actions = ""]) => [
    name,
    [...actions.matchAll(/(\w+)(?: \((\w+)\))?/g)].map(([, plain = "", version]) => ({ plain, version })),
  ]),
);

/** All that the client's package exports: commands and schemas by their names. */
const exported = new Map<string, unknown>(Object.entries(sdk));
const commands = [...exported.keys()].flatMap((key) => /^(\w+)Command$/.exec(key)?.[1] ?? []);

/** What Postern takes no request with: who pays, a second factor, directory buckets, another Content-Type for browsers. */
const LEFT_OUT = /^(?:RequestPayer|MFA|WriteOffsetBytes|Response[A-Z]\w+)$/;
/** A directory bucket; a result that is written elsewhere. */
const LEFT_OUT_WITHIN: Readonly<Record<string, readonly string[]>> = {
  CreateBucketConfiguration: ["Location", "Bucket"],
  RestoreRequest: ["Type", "SelectParameters", "OutputLocation"],
};

const KEY = "a b/ü+(1)!*'~@:&=$,;%2F.txt";
const VALUES: Readonly<Record<string, unknown>> = {
  Body: "hello",
  AnnotationPayload: "hello",
  Bucket: "reports",
  ChecksumAlgorithm: "CRC32",
  ChecksumType: "FULL_OBJECT",
  ContentLength: 5,
  ContentMD5: "XUFAKrxLKna5cZ2REBfFkg==",
  CopySource: "audit/x",
  ExpectedBucketOwner: "123456789012",
  ExpectedSourceBucketOwner: "123456789012",
  Key: KEY,
  LocationConstraint: "us-east-1",
  RequestRoute: "route",
  SSECustomerKey: "k".repeat(32),
  CopySourceSSECustomerKey: "k".repeat(32),
};

type Schema = unknown;

/** A value that fits a schema of the SDK's (smithy, static schemas), with what is required or with all that there is. */
function valueOf(schema: Schema, name: string, all: boolean): unknown {
  if (typeof schema === "function") return valueOf(schema(), name, all);
  if (typeof schema === "number") return simpleOf(schema, name);
  const [kind, , , , ...rest] = schema as readonly unknown[];
  if (Array.isArray(kind) || typeof kind === "function" || typeof (schema as unknown[])[1] !== "string") {
    return valueOf(kind, name, all);
  }
  if (kind === 0) return simpleOf(rest[0] as number, name);
  if (kind === 1) return [valueOf(rest[0], name, all)];
  if (kind === 2) return { x: valueOf(rest[1], name, all) };
  const [names, schemas, required = 0] = rest as [string[], Schema[], number?];
  const isUnion = kind === 4;
  const members = names.filter((member, i) => {
    if (LEFT_OUT.test(member) || LEFT_OUT_WITHIN[name]?.includes(member) === true) return false;
    return isUnion ? i === 0 : all || i < required || member === "Body";
  });
  return Object.fromEntries(
    members.map((member) => [member, VALUES[member] ?? valueOf(schemas[names.indexOf(member)], member, all)]),
  );
}

/** Strings and bytes, numbers, flags, times, lists and maps of strings, by the numbers that smithy gives them. */
function simpleOf(kind: number, name: string): unknown {
  if (kind === 1) return 1;
  if (kind === 2) return true;
  if (kind >= 4 && kind <= 7) return new Date(0);
  if (kind >= 128) return { x: name };
  return kind >= 64 ? [name] : name;
}

/** The values of an operation's input. */
function inputOf(name: string, all: boolean): Readonly<Record<string, unknown>> {
  const [, , , , input] = exported.get(`${name}$`) as readonly unknown[];
  return valueOf(input, `${name}Request`, all) as Readonly<Record<string, unknown>>;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** What the client sends of a command, and what is made of it. */
interface Caught {
  readonly sent: Sent;
  readonly read: Operation | Refusal;
}

async function catching(name: string, input: Readonly<Record<string, unknown>>): Promise<Caught> {
  let caught: Caught | undefined;
  const requestHandler = {
    handle: async (sent: Sent) => {
      caught = { sent, read: readSent(sent) };
      return { response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from("<R/>")]) } };
    },
  };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
  const settings = {
    region: "us-east-1",
    endpoint: "http://s3.test",
    forcePathStyle: true,
    maxAttempts: 1,
  };
  const client = new sdk.S3Client({ ...settings, credentials, requestHandler: requestHandler as never });
  const Command = exported.get(`${name}Command`) as typeof sdk.GetObjectCommand;
  // What the client makes of an empty answer is its own affair.
  await client.send(new Command(input as never)).catch(() => undefined);
  if (caught === undefined) throw new Error(`${name} was not sent`);
  return caught;
}

function readSent({ method, path, query, headers, body }: Sent): Operation | Refusal {
  const text = canonicalQuery(Object.entries(query).map(([name, value]) => [name, value ?? ""]));
  const lines = readHeaders(Object.entries(headers).flat());
  const target = text === "" ? path : `${path}?${text}`;
  const bytes = typeof body === "string" || Buffer.isBuffer(body) ? body : "";
  try {
    return readWhole(s3, anUpstream(), { method, target, headers: lines }, bytes);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

async function reading(
  name: string,
  all: boolean,
): Promise<{ readonly sent: Sent; readonly read: Operation }> {
  const { sent, read } = await catching(name, inputOf(name, all));
  if (read instanceof Refusal) throw new Error(`${name} is refused: ${read.code}, ${read.detail}`);
  return { sent, read };
}

const needs = ({ requirements }: Operation) =>
  requirements.map(({ action, resource }) => `${action} ${resource}`);

/** The client's own signature and framing. */
const NOT_THE_OPERATION =
  /^x-amz-(?:content-sha256|date|security-token|user-agent|decoded-content-length|trailer)$/;

const taken = [...actionsOf.keys()];
const refused = commands.filter((name) => !actionsOf.has(name));

describe("every operation of the SDK's client", () => {
  it("is either taken or named among those that are not", () => {
    expect(refused.filter((name) => !NOT_TAKEN.has(name))).toEqual([]);
    expect(taken.filter((name) => !commands.includes(name) || NOT_TAKEN.has(name))).toEqual([]);
  });

  it("is a row of the table, and the table has no others", () => {
    const names = Object.values(S3_TABLE).map(({ name }) => name);
    expect(names.toSorted()).toEqual(taken.toSorted());
  });

  it.each(taken)("%s needs the actions that IAM asks for", async (name) => {
    const { read } = await reading(name, false);
    const { Bucket, Key } = inputOf(name, false) as { Bucket?: string; Key?: string };
    const deleted = name === "DeleteObjects" ? KEY : undefined;
    const subject = [Bucket ?? "*", Key ?? deleted].filter((part) => part !== undefined).join("/");
    const source = name.endsWith("Copy") || name === "CopyObject" ? "audit/x" : subject;
    const actions = actionsOf.get(name) ?? [];
    expect(read.name).toBe(name);
    expect(needs(read)).toEqual(
      actions.map(({ plain }, i) => `s3:${plain} arn:aws:s3:::${i === 0 ? subject : source}`),
    );
  });

  it.each(taken)("%s is taken with whatever may go with it, and passes it on", async (name) => {
    const { sent, read } = await reading(name, true);
    const isVersion = "VersionId" in inputOf(name, true) || name === "DeleteObjects";
    const [own] = actionsOf.get(name) ?? [];
    expect(read.name).toBe(name);
    expect(read.requirements[0]?.action).toBe(`s3:${isVersion ? (own?.version ?? own?.plain) : own?.plain}`);
    expect(decodeURIComponent(read.path)).toBe(
      decodeURIComponent(sent.path).replace(/^(\/reports)\/$/, "$1"),
    );
    const { "x-id": _, ...asked } = sent.query;
    expect(Object.fromEntries(new URLSearchParams(read.query))).toEqual(
      Object.fromEntries(Object.entries(asked).map(([key, value]) => [key, value ?? ""])),
    );
    const headers = Object.entries(sent.headers).filter(
      ([header]) => header.startsWith("x-amz-") && !NOT_THE_OPERATION.test(header),
    );
    const told = Object.fromEntries(headers);
    if (told["x-amz-copy-source"] !== undefined) told["x-amz-copy-source"] = "/audit/x";
    expect(Object.fromEntries(read.headers)).toEqual(told);
  });

  it.each(refused)("%s is refused, and the detail says why", async (name) => {
    const { read } = await catching(name, inputOf(name, false));
    expect(read).toBeInstanceOf(Refusal);
    expect(read).toMatchObject({
      code: name === "ListDirectoryBuckets" ? "target-ambiguous" : "operation-unknown",
      detail: expect.stringContaining(`${name}, which is not taken: ${NOT_TAKEN.get(name)}`),
    });
  });
});

describe("a body that reaches further than its operation", () => {
  it.each<readonly [string, string, Readonly<Record<string, unknown>>]>([
    ["RestoreObject", "RestoreRequest", { OutputLocation: { S3: { BucketName: "mine", Prefix: "x" } } }],
    ["RestoreObject", "RestoreRequest", { Type: "SELECT" }],
    ["CreateBucket", "CreateBucketConfiguration", { Bucket: { Type: "Directory" } }],
  ])("%s with %s of %j is refused", async (name, member, value) => {
    const { read } = await catching(name, { Bucket: "reports", Key: "a", [member]: value });
    expect(read).toMatchObject({ code: "operation-unknown" });
  });
});
