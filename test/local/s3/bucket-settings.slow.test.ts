import * as sdk from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createS3 } from "../../../src/local/s3/handle.ts";
import type { S3 } from "../../../src/local/s3/handle.ts";
import { directClient } from "./direct-client.ts";

const Bucket = "reports";
const Key = "q3.txt";
const refusal = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

let s3: S3;
let client: S3Client;
beforeEach(async () => {
  s3 = createS3({ now: Date.now });
  await s3.seed({ [Bucket]: { objects: { [Key]: "third" } } });
  client = directClient(s3);
});
afterEach(() => s3.close());

type Told = Record<string, unknown>;

const RetainUntilDate = new Date("2030-01-01T00:00:00Z");
const policyStatus = () => client.send(new sdk.GetBucketPolicyStatusCommand({ Bucket }));
const encryptedBy = (SSEAlgorithm: string) => ({
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
});
const lockable = () =>
  client.send(
    new sdk.PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
    }),
  );

/** The SDK's calls of one setting, by the end of their names. */
function callsOf(name: string, remove = `Delete${name}`) {
  const commands = sdk as unknown as Record<string, new (input: object) => never>;
  const call = (command: string, input: object = {}) =>
    client.send(
      new commands[`${command}Command`]!({ Bucket, ...input }),
    ) as Promise<unknown> as Promise<Told>;
  return {
    get: () => call(`Get${name}`),
    put: (input: object) => call(`Put${name}`, input),
    remove: () => call(remove),
  };
}

const Role = "arn:aws:iam::123456789012:role/replicator";
const Rule = { ID: "all", Status: "Enabled", Filter: { Prefix: "" } };

describe("a setting that a bucket may lack", () => {
  it.each([
    [
      "BucketCors",
      "NoSuchCORSConfiguration",
      ["CORSConfiguration", "CORSRules"],
      [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }],
    ],
    ["BucketTagging", "NoSuchTagSet", ["Tagging", "TagSet"], [{ Key: "a", Value: "b" }]],
    [
      "BucketWebsite",
      "NoSuchWebsiteConfiguration",
      ["WebsiteConfiguration", "IndexDocument"],
      { Suffix: "index.html" },
    ],
    [
      "BucketReplication",
      "ReplicationConfigurationNotFoundError",
      ["ReplicationConfiguration", undefined],
      { Role, Rules: [{ ...Rule, Destination: { Bucket: "arn:aws:s3:::copy" } }] },
    ],
  ] as const)("%s is put, got, deleted, and then %s", async (name, code, [document, member], value) => {
    const { get, put, remove } = callsOf(name);
    await expect(get()).rejects.toMatchObject(refusal(code, 404));
    await put({ [document]: member === undefined ? value : { [member]: value } });
    expect((await get())[member ?? document]).toMatchObject(value);
    expect((await remove())["$metadata"]).toMatchObject({ httpStatusCode: 204 });
    await expect(get()).rejects.toMatchObject(refusal(code, 404));
  });

  it("BucketLifecycleConfiguration is deleted by another name", async () => {
    const { get, put, remove } = callsOf("BucketLifecycleConfiguration", "DeleteBucketLifecycle");
    await expect(get()).rejects.toMatchObject(refusal("NoSuchLifecycleConfiguration", 404));
    await put({ LifecycleConfiguration: { Rules: [{ ...Rule, Expiration: { Days: 7 } }] } });
    expect((await get())["Rules"]).toMatchObject([{ ID: "all", Expiration: { Days: 7 } }]);
    await remove();
    await expect(get()).rejects.toMatchObject(refusal("NoSuchLifecycleConfiguration", 404));
  });

  it("BucketPolicy is JSON, and tells whether the bucket is public", async () => {
    const { get, put, remove } = callsOf("BucketPolicy");
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await expect(get()).rejects.toMatchObject(refusal("NoSuchBucketPolicy", 404));
    await expect(policyStatus()).rejects.toMatchObject(refusal("NoSuchBucketPolicy", 404));
    await expect(put({ Policy: "<xml/>" })).rejects.toMatchObject(refusal("MalformedPolicy", 400));
    expect((await put({ Policy }))["$metadata"]).toMatchObject({ httpStatusCode: 204 });
    expect((await get())["Policy"]).toBe(Policy);
    expect((await policyStatus()).PolicyStatus).toEqual({ IsPublic: false });
    await remove();
    await expect(get()).rejects.toMatchObject(refusal("NoSuchBucketPolicy", 404));
  });

  it("ObjectLockConfiguration is there from the start where the bucket is made with locks", async () => {
    const locked = "locked";
    await expect(callsOf("ObjectLockConfiguration").get()).rejects.toMatchObject(
      refusal("ObjectLockConfigurationNotFoundError", 404),
    );
    await client.send(new sdk.CreateBucketCommand({ Bucket: locked, ObjectLockEnabledForBucket: true }));
    const { ObjectLockConfiguration } = await client.send(
      new sdk.GetObjectLockConfigurationCommand({ Bucket: locked }),
    );
    expect(ObjectLockConfiguration).toEqual({ ObjectLockEnabled: "Enabled" });
    const { Status } = await client.send(new sdk.GetBucketVersioningCommand({ Bucket: locked }));
    expect(Status).toBe("Enabled");
  });
});

describe("a setting of every new bucket", () => {
  it.each([
    [
      "BucketOwnershipControls",
      "OwnershipControlsNotFoundError",
      "OwnershipControls",
      { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
    ],
    [
      "PublicAccessBlock",
      "NoSuchPublicAccessBlockConfiguration",
      "PublicAccessBlockConfiguration",
      { BlockPublicAcls: true, RestrictPublicBuckets: true },
    ],
  ] as const)("%s can be taken away", async (name, code, member, value) => {
    const { get, remove } = callsOf(name);
    expect((await get())[member]).toMatchObject(value);
    await remove();
    await expect(get()).rejects.toMatchObject(refusal(code, 404));
  });

  it("BucketEncryption comes back when it is deleted", async () => {
    const { get, put, remove } = callsOf("BucketEncryption");
    const member = "ServerSideEncryptionConfiguration";
    expect((await get())[member]).toMatchObject(encryptedBy("AES256"));
    await put({ [member]: encryptedBy("aws:kms") });
    expect((await get())[member]).toMatchObject(encryptedBy("aws:kms"));
    await remove();
    expect((await get())[member]).toMatchObject(encryptedBy("AES256"));
  });

  it.each([
    ["BucketVersioning", {}, { VersioningConfiguration: { Status: "Enabled" } }, { Status: "Enabled" }],
    [
      "BucketLogging",
      {},
      { BucketLoggingStatus: { LoggingEnabled: { TargetBucket: "logs", TargetPrefix: "" } } },
      { LoggingEnabled: { TargetBucket: "logs" } },
    ],
    [
      "BucketNotificationConfiguration",
      {},
      { NotificationConfiguration: { EventBridgeConfiguration: {} } },
      { EventBridgeConfiguration: {} },
    ],
    [
      "BucketAccelerateConfiguration",
      {},
      { AccelerateConfiguration: { Status: "Enabled" } },
      { Status: "Enabled" },
    ],
    [
      "BucketRequestPayment",
      { Payer: "BucketOwner" },
      { RequestPaymentConfiguration: { Payer: "Requester" } },
      { Payer: "Requester" },
    ],
  ] as const)("%s says something before anybody puts it", async (name, before, input, after) => {
    const { get, put } = callsOf(name);
    expect(await get()).toMatchObject(before);
    await put(input);
    expect(await get()).toMatchObject(after);
  });

  it("is refused when its document is another, and where there is no bucket", async () => {
    const call = { operation: "PutBucketCors", bucket: Bucket, query: new Map(), headers: new Map() };
    const payload = { body: bytes("<Tagging/>"), trailers: () => new Map() };
    await expect(s3.handle(call, payload)).rejects.toMatchObject({ code: "MalformedXML" });
    const nowhere = client.send(new sdk.GetBucketCorsCommand({ Bucket: "nowhere" }));
    await expect(nowhere).rejects.toMatchObject(refusal("NoSuchBucket", 404));
  });
});

describe("settings by id", () => {
  it.each([
    ["Metrics", { Filter: { Prefix: "a" } }],
    ["Analytics", { StorageClassAnalysis: {} }],
    ["IntelligentTiering", { Status: "Enabled", Tierings: [{ Days: 90, AccessTier: "ARCHIVE_ACCESS" }] }],
    [
      "Inventory",
      {
        IsEnabled: true,
        IncludedObjectVersions: "All",
        Schedule: { Frequency: "Daily" },
        Destination: { S3BucketDestination: { Bucket: "arn:aws:s3:::x", Format: "CSV" } },
      },
    ],
  ])("%s are put, got, listed and deleted", async (kind, document) => {
    const commands = sdk as unknown as Record<string, new (input: object) => never>;
    const call = (verb: string, end: string, input: object = {}) =>
      client.send(
        new commands[`${verb}Bucket${kind}Configuration${end}`]!({ Bucket, ...input }),
      ) as Promise<unknown> as Promise<Told>;
    const member = `${kind}Configuration`;
    const [one, two] = ["one", "two"].map((Id) => ({ Id, [member]: { Id, ...document } }));
    await expect(call("Get", "Command", { Id: "one" })).rejects.toMatchObject(
      refusal("NoSuchConfiguration", 404),
    );
    await call("Put", "Command", one);
    await call("Put", "Command", two);
    await expect(call("Put", "Command", { ...one, Id: "other" })).rejects.toMatchObject(
      refusal("MalformedXML", 400),
    );
    expect((await call("Get", "Command", { Id: "two" }))[member]).toMatchObject({ Id: "two" });
    const listed = (await call("List", "sCommand"))[`${member}List`] as { Id: string }[];
    expect(listed.map(({ Id }) => Id)).toEqual(["one", "two"]);
    await call("Delete", "Command", { Id: "one" });
    await expect(call("Delete", "Command", { Id: "one" })).rejects.toMatchObject(
      refusal("NoSuchConfiguration", 404),
    );
  });
});

describe("locks of objects", () => {
  it("need a bucket with locks", async () => {
    const put = client.send(new sdk.PutObjectCommand({ Bucket, Key, ObjectLockLegalHoldStatus: "ON" }));
    await expect(put).rejects.toMatchObject(refusal("InvalidRequest", 400));
    const hold = client.send(new sdk.PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status: "ON" } }));
    await expect(hold).rejects.toMatchObject(refusal("InvalidRequest", 400));
  });

  it("are put, got and told with the object", async () => {
    await lockable();
    const retention = client.send(new sdk.GetObjectRetentionCommand({ Bucket, Key }));
    await expect(retention).rejects.toMatchObject(refusal("NoSuchObjectLockConfiguration", 404));
    const Retention = { Mode: "GOVERNANCE", RetainUntilDate } as const;
    await client.send(new sdk.PutObjectRetentionCommand({ Bucket, Key, Retention }));
    await client.send(new sdk.PutObjectLegalHoldCommand({ Bucket, Key, LegalHold: { Status: "ON" } }));
    expect((await client.send(new sdk.GetObjectRetentionCommand({ Bucket, Key }))).Retention).toEqual(
      Retention,
    );
    expect((await client.send(new sdk.GetObjectLegalHoldCommand({ Bucket, Key }))).LegalHold).toEqual({
      Status: "ON",
    });
    expect(await client.send(new sdk.HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: RetainUntilDate,
      ObjectLockLegalHoldStatus: "ON",
    });
  });

  it("come with a write, whole or not at all", async () => {
    await lockable();
    const put = (more: object) =>
      client.send(new sdk.PutObjectCommand({ Bucket, Key: "new", Body: "x", ...more }));
    await expect(put({ ObjectLockMode: "GOVERNANCE" })).rejects.toMatchObject(
      refusal("InvalidArgument", 400),
    );
    await put({ ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: RetainUntilDate });
    const head = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: "new" }));
    expect([head.ObjectLockMode, head.ObjectLockLegalHoldStatus]).toEqual(["COMPLIANCE", undefined]);
  });
});

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
