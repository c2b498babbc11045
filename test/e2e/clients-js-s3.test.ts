import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import { request as requestTls } from "node:https";
import { Readable } from "node:stream";
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchBucket,
  NoSuchKey,
  NotFound,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  waitUntilBucketExists,
  waitUntilObjectExists,
  waitUntilObjectNotExists,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientStack, SCHEMES, startClientStack } from "../support/client-stack.ts";
import { until } from "../support/until.ts";
import { HOSTILE_KEYS } from "../support/hostile-keys.ts";

const Bucket = "reports";
const MIB = 1024 * 1024;

/** Algorithms that the SDK names and leaves to its user to compute. */
const NOT_COMPUTED: readonly string[] = ["XXHASH3", "XXHASH64", "XXHASH128", "SHA512", "MD5"];
const ALGORITHMS = Object.values(ChecksumAlgorithm).filter((name) => !NOT_COMPUTED.includes(name));

/** The forms in which a body may be given to the SDK. */
const BODIES = {
  buffer: (bytes: Buffer) => bytes,
  string: (bytes: Buffer) => bytes.toString("latin1"),
  stream: (bytes: Buffer) => Readable.from(pieces(bytes)),
} as const;

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

const read = async (client: S3Client, Key: string): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

const keysUnder = async (client: S3Client, Prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client, pageSize: 7 }, { Bucket, Prefix }))
    keys.push(...Contents.map(({ Key = "" }) => Key));
  return keys;
};

/** As S3 lists keys: by their bytes in UTF-8. */
const inOrder = (keys: readonly string[]): string[] =>
  keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));

describe.each(SCHEMES)("the JavaScript SDK's S3 client over %s", (scheme) => {
  let stack: ClientStack;
  let admin: S3Client;
  let byHost: S3Client;
  let analyst: S3Client;

  beforeAll(async () => {
    stack = await startClientStack(scheme);
    const options = await stack.clientOf("admin");
    admin = new S3Client(options);
    byHost = new S3Client({ ...options, endpoint: stack.hostEndpoint, forcePathStyle: false });
    analyst = new S3Client(await stack.clientOf("analyst"));
  });

  afterAll(async () => {
    for (const client of [admin, byHost, analyst]) client.destroy();
    await stack.close();
  });

  describe.each(["path", "host"])("with the bucket in the %s", (place) => {
    const client = (): S3Client => (place === "path" ? admin : byHost);

    it("puts, heads, gets, lists, copies and deletes hostile keys, byte for byte", async () => {
      const keys = HOSTILE_KEYS;
      const put = (Key: string) => client().send(new PutObjectCommand({ Bucket, Key, Body: `of ${Key}` }));
      await Promise.all(keys.map(put));
      for (const Key of keys) {
        expect((await read(client(), Key)).toString(), Key).toBe(`of ${Key}`);
        const { ContentLength } = await client().send(new HeadObjectCommand({ Bucket, Key }));
        expect(ContentLength, Key).toBe(Buffer.byteLength(`of ${Key}`));
      }
      expect(await keysUnder(client(), "")).toEqual(inOrder([...keys, "q3.txt", "q4.txt"]));
      expect(await keysUnder(client(), "caf\u00e9")).toEqual(["caf\u00e9 NFC"]);

      const short = keys.filter((key) => Buffer.byteLength(key) < 1000);
      for (const key of short) {
        const CopySource = `${Bucket}/${encodeURIComponent(key)}`;
        await client().send(new CopyObjectCommand({ Bucket, Key: `copy/${key}`, CopySource }));
      }
      expect(await keysUnder(client(), "copy/")).toEqual(inOrder(short.map((key) => `copy/${key}`)));
      const all = [...keys, ...short.map((key) => `copy/${key}`)];
      const Objects = all.map((Key) => ({ Key }));
      const { Deleted, Errors } = await client().send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects } }),
      );
      expect(Errors).toBeUndefined();
      expect(inOrder((Deleted ?? []).map(({ Key = "" }) => Key))).toEqual(inOrder(all));
      expect(await keysUnder(client(), "")).toEqual(["q3.txt", "q4.txt"]);
    });

    it("refuses keys with dot segments, which something on the way might resolve", async () => {
      for (const Key of ["a/../b", "./a", "..", "a/."]) {
        const put = client().send(new PutObjectCommand({ Bucket, Key, Body: "" }));
        await expect(put, Key).rejects.toMatchObject({ $metadata: { httpStatusCode: 400, attempts: 1 } });
        expect(stack.outcomes.at(-1), Key).toMatchObject({ reason: "target-ambiguous" });
      }
    });

    it("finds the bucket and the objects that it waits for, and pages through a listing", async () => {
      const waiter = { client: client(), maxWaitTime: 10, minDelay: 1, maxDelay: 1 };
      await waitUntilBucketExists(waiter, { Bucket });
      await waitUntilObjectExists(waiter, { Bucket, Key: "q3.txt" });
      await waitUntilObjectNotExists(waiter, { Bucket, Key: "none" });
      const page = await client().send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
      expect(page).toMatchObject({ IsTruncated: true, KeyCount: 1, Name: Bucket });
    });
  });

  describe.each(["WHEN_SUPPORTED", "WHEN_REQUIRED"] as const)("that computes checksums %s", (when) => {
    let client: S3Client;

    beforeAll(async () => {
      client = new S3Client({
        ...(await stack.clientOf("admin")),
        requestChecksumCalculation: when,
        responseChecksumValidation: when,
      });
    });
    afterAll(() => client.destroy());

    it.each(Object.keys(BODIES) as (keyof typeof BODIES)[])("uploads a %s as it is", async (form) => {
      for (const size of [0, 1, 100_000]) {
        const bytes = randomBytes(size);
        const content = form === "string" ? Buffer.from(bytes.toString("latin1")) : bytes;
        const Key = `forms/${when}/${form}/${size}`;
        const Body = BODIES[form](bytes);
        const length = form === "stream" ? { ContentLength: size } : {};
        const put = await client.send(new PutObjectCommand({ Bucket, Key, Body, ...length }));
        expect((await read(client, Key)).equals(content), Key).toBe(true);
        if (when === "WHEN_SUPPORTED") expect(put.ChecksumCRC32, Key).toMatch(/=$/);
      }
    });

    it("uploads by any algorithm that it can compute, and reads what was so uploaded", async () => {
      expect(ALGORITHMS).toContain("CRC64NVME");
      for (const algorithm of ALGORITHMS) {
        for (const form of ["buffer", "stream"] as const) {
          const bytes = randomBytes(30_000);
          const Key = `sums/${when}/${form}/${algorithm}`;
          const length = form === "stream" ? { ContentLength: bytes.length } : {};
          const Body = BODIES[form](bytes);
          const put = await client.send(
            new PutObjectCommand({ Bucket, Key, Body, ChecksumAlgorithm: algorithm, ...length }),
          );
          const sum = put[`Checksum${algorithm}` as "ChecksumCRC32"];
          expect(sum, Key).toMatch(/^[\w+/]+=*$/);
          const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
          expect(head[`Checksum${algorithm}` as "ChecksumCRC32"], Key).toBe(sum);
          expect((await read(client, Key)).equals(bytes), Key).toBe(true);
        }
      }
    });

    it("uploads in parts, each with its checksum", async () => {
      const bytes = randomBytes(6 * MIB);
      for (const algorithm of [undefined, "SHA256", "CRC64NVME"] as const) {
        const Key = `parts/${when}/${algorithm}`;
        const checksum = algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm };
        const params = { Bucket, Key, Body: Readable.from(pieces(bytes)), ...checksum };
        await new Upload({ client, params, partSize: 5 * MIB }).done();
        expect((await read(client, Key)).equals(bytes), Key).toBe(true);
      }
    });

    it("is told when what it uploads is not what it computed", async () => {
      const put = new PutObjectCommand({ Bucket, Key: "bad", Body: "abc", ChecksumCRC32: "AAAAAA==" });
      await expect(client.send(put)).rejects.toMatchObject({ name: "BadDigest" });
      await expect(read(client, "bad")).rejects.toBeInstanceOf(NoSuchKey);
    });
  });

  it("raises its own typed errors", async () => {
    await expect(read(admin, "none")).rejects.toBeInstanceOf(NoSuchKey);
    const list = admin.send(new ListObjectsV2Command({ Bucket: "no-such-bucket-here" }));
    await expect(list).rejects.toBeInstanceOf(NoSuchBucket);
    const head = admin.send(new HeadObjectCommand({ Bucket, Key: "none" }));
    await expect(head).rejects.toBeInstanceOf(NotFound);
    const put = analyst.send(new PutObjectCommand({ Bucket, Key: "q3.txt", Body: "x" }));
    await expect(put).rejects.toBeInstanceOf(S3ServiceException);
    await expect(put).rejects.toMatchObject({ name: "AccessDenied", $metadata: { attempts: 1 } });
    const held = admin.send(new PutObjectCommand({ Bucket, Key: "q3.txt", Body: "x", IfNoneMatch: "*" }));
    await expect(held).rejects.toMatchObject({ name: "PreconditionFailed" });
  });

  it("S1.5 may presign, but a presigned URL is refused", async () => {
    const before = stack.arrived();
    for (const client of [admin, byHost]) {
      const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "q3.txt" }));
      const { statusCode, headers } = await visit(url);
      expect(statusCode).toBe(403);
      expect(headers["x-postern-reason"]).toBe("presigned-not-accepted");
    }
    expect(stack.arrived()).toBe(before);
  });

  /** Goes where a link leads, as a browser does. */
  async function visit(url: string): Promise<IncomingMessage> {
    const { requestHandler } = await stack.clientOf("admin");
    const sent =
      scheme === "http"
        ? request(url, { agent: requestHandler.httpAgent })
        : requestTls(url, { agent: requestHandler.httpsAgent });
    const [answer] = (await once(sent.end(), "response")) as [IncomingMessage];
    answer.resume();
    return answer;
  }

  it("may leave in the midst of an upload, and nothing of it is kept", async () => {
    const leave = new AbortController();
    const Body = new Readable({ read: () => {} });
    Body.push(Buffer.alloc(MIB));
    const put = new PutObjectCommand({ Bucket, Key: "half", Body, ContentLength: 2 * MIB });
    const arrived = stack.arrived();
    const before = stack.outcomes.length;
    const sent = admin.send(put, { abortSignal: leave.signal });
    await until(() => stack.arrived() > arrived);
    leave.abort();
    await expect(sent).rejects.toMatchObject({ name: "AbortError" });
    await until(() => stack.outcomes.length > before);
    expect(stack.outcomes.slice(before)).toMatchObject([{ operation: "PutObject", outcome: "client-gone" }]);
    await expect(read(admin, "half")).rejects.toBeInstanceOf(NoSuchKey);
  });

  it("may leave in the midst of a download, and come again", async () => {
    const bytes = randomBytes(8 * MIB);
    await admin.send(new PutObjectCommand({ Bucket, Key: "whole", Body: bytes }));
    const before = stack.outcomes.length;
    const { Body: coming } = await admin.send(new GetObjectCommand({ Bucket, Key: "whole" }));
    await once(coming as Readable, "readable");
    (coming as Readable).destroy();
    await until(() => stack.outcomes.length > before);
    expect(stack.outcomes.slice(before)).toMatchObject([{ operation: "GetObject", outcome: "client-gone" }]);
    expect((await read(admin, "whole")).equals(bytes)).toBe(true);
  });
});
