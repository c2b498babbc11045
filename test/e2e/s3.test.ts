import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.ts";

const read = async (client: S3Client, key: string): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: "reports", Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

const md5 = (bytes: Buffer): string => createHash("md5").update(bytes).digest("hex");

describe("an unmodified S3 client through Postern", () => {
  let stack: Stack;
  let admin: S3Client;
  let analyst: S3Client;

  beforeAll(async () => {
    stack = await startStack();
    admin = new S3Client(await stack.sdkOf("admin"));
    analyst = new S3Client(await stack.sdkOf("analyst"));
  });

  afterAll(async () => {
    admin.destroy();
    analyst.destroy();
    await stack.close();
  });

  it("puts and gets a string", async () => {
    const put = new PutObjectCommand({
      Bucket: "reports",
      Key: "a.txt",
      Body: "grüße",
      Metadata: { by: "admin" },
    });
    await admin.send(put);
    expect((await read(analyst, "a.txt")).toString()).toBe("grüße");
    const head = await analyst.send(new HeadObjectCommand({ Bucket: "reports", Key: "a.txt" }));
    expect(head).toMatchObject({ ContentLength: 7, Metadata: { by: "admin" } });
  });

  it("puts and gets a Buffer under a key full of special characters", async () => {
    const key = "a b/ü+c'(1)!*@=%2F&$,;:~/end";
    const bytes = randomBytes(100_000);
    await admin.send(new PutObjectCommand({ Bucket: "reports", Key: key, Body: bytes }));
    expect(md5(await read(analyst, key))).toBe(md5(bytes));
  });

  it("puts an empty object", async () => {
    await admin.send(new PutObjectCommand({ Bucket: "reports", Key: "empty", Body: "" }));
    expect((await read(admin, "empty")).length).toBe(0);
  });

  it("streams 20 MB up and down, its checksum verified", async () => {
    const bytes = randomBytes(20 * 1024 * 1024);
    const body = Readable.from(
      (function* () {
        for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
      })(),
    );
    const put = await admin.send(
      new PutObjectCommand({ Bucket: "reports", Key: "big", Body: body, ContentLength: bytes.length }),
    );
    expect(put.ChecksumCRC32).toMatch(/=$/);
    expect(md5(await read(analyst, "big"))).toBe(md5(bytes));
  });

  it("uploads in parts with lib-storage", async () => {
    const bytes = randomBytes(12 * 1024 * 1024);
    const params = { Bucket: "reports", Key: "parts", Body: Readable.from([bytes]) };
    await new Upload({ client: admin, params, partSize: 5 * 1024 * 1024 }).done();
    expect(md5(await read(analyst, "parts"))).toBe(md5(bytes));
    const { ETag } = await analyst.send(new HeadObjectCommand({ Bucket: "reports", Key: "parts" }));
    expect(ETag).toMatch(/-3"$/);
  });

  it("reads a range, and says when nothing changed", async () => {
    const { Body, ContentRange, ETag } = await analyst.send(
      new GetObjectCommand({ Bucket: "reports", Key: "q3.txt", Range: "bytes=0-4" }),
    );
    expect(await Body?.transformToString()).toBe("Third");
    expect(ContentRange).toBe("bytes 0-4/50");
    const again = analyst.send(new GetObjectCommand({ Bucket: "reports", Key: "q3.txt", IfNoneMatch: ETag }));
    await expect(again).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });

  it("lists in pages", async () => {
    for (const i of [1, 2, 3, 4, 5]) {
      await admin.send(new PutObjectCommand({ Bucket: "reports", Key: `page/${i} &x`, Body: "x" }));
    }
    const keys: (string | undefined)[] = [];
    const pages = paginateListObjectsV2(
      { client: analyst, pageSize: 2 },
      { Bucket: "reports", Prefix: "page/" },
    );
    let count = 0;
    for await (const page of pages) {
      count++;
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    }
    expect(count).toBe(3);
    expect(keys).toEqual([1, 2, 3, 4, 5].map((i) => `page/${i} &x`));
  });

  it("copies, tags and deletes, one and many", async () => {
    await admin.send(
      new CopyObjectCommand({ Bucket: "reports", Key: "copy 1", CopySource: "reports/q4.txt" }),
    );
    expect((await read(admin, "copy 1")).toString()).toMatch(/^Fourth/);
    const TagSet = [{ Key: "state", Value: "new" }];
    await admin.send(new PutObjectTaggingCommand({ Bucket: "reports", Key: "copy 1", Tagging: { TagSet } }));
    const tags = await admin.send(new GetObjectTaggingCommand({ Bucket: "reports", Key: "copy 1" }));
    expect(tags.TagSet).toEqual(TagSet);
    await admin.send(new DeleteObjectCommand({ Bucket: "reports", Key: "copy 1" }));
    const Objects = ["page/1 &x", "page/2 &x"].map((Key) => ({ Key }));
    const { Deleted } = await admin.send(
      new DeleteObjectsCommand({ Bucket: "reports", Delete: { Objects } }),
    );
    expect(Deleted?.length).toBe(2);
    await expect(read(admin, "page/1 &x")).rejects.toBeInstanceOf(NoSuchKey);
  });

  it("raises the SDK's own AccessDenied where Postern refuses, and does not try again", async () => {
    const before = stack.outcomes.length;
    const refused = analyst.send(new DeleteObjectCommand({ Bucket: "reports", Key: "q3.txt" }));
    await expect(refused).rejects.toBeInstanceOf(S3ServiceException);
    await expect(refused).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403, attempts: 1 },
    });
    expect(stack.outcomes.slice(before)).toMatchObject([{ outcome: "refused", reason: "denied-no-rule" }]);
  });

  it("raises the same where IAM refuses what a rule allowed", async () => {
    const member = new S3Client(await stack.sdkOf("member"));
    const key = "00000000-aaaa-4000-8000-000000000004/own.txt";
    await member.send(new PutObjectCommand({ Bucket: "home", Key: key, Body: "mine" }));
    const buckets = await admin.send(new ListBucketsCommand({}));
    expect(buckets.Buckets?.map(({ Name }) => Name)).toContain("audit");
    const others = new GetObjectCommand({
      Bucket: "home",
      Key: "00000000-aaaa-4000-8000-000000000002/notes.txt",
    });
    await expect(member.send(others)).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(member.send(new ListObjectsV2Command({ Bucket: "home" }))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    member.destroy();
  });

  it("lets no admin touch the audit trail", async () => {
    const put = new PutObjectCommand({ Bucket: "audit", Key: "2026/log.txt", Body: "" });
    await expect(admin.send(put)).rejects.toMatchObject({ name: "AccessDenied" });
    expect(stack.outcomes.at(-1)).toMatchObject({
      reason: "denied-by-rule",
      rule: "the audit trail is read-only here",
    });
  });
});
