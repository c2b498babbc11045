import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createS3 } from "../../../src/local/s3/handle.ts";
import type { S3 } from "../../../src/local/s3/handle.ts";
import { directClient } from "./direct-client.ts";

const MiB = 1024 * 1024;
const Bucket = "reports";
const Key = "big";
const five = Buffer.alloc(5 * MiB, "5");
const ALL = Object.values(sdk.ObjectAttributes);

let s3: S3;
let client: S3Client;
beforeEach(async () => {
  s3 = createS3({ now: Date.now, drops: (_, key) => key.startsWith("dropped/") });
  await s3.seed({ [Bucket]: { objects: { "q3.txt": "third" } } });
  client = directClient(s3);
});
afterEach(() => s3.close());

const head = (more: object) => client.send(new sdk.HeadObjectCommand({ Bucket, Key, ...more }));
const attributes = (Key: string, ObjectAttributes: sdk.ObjectAttributes[], more: object = {}) =>
  client.send(new sdk.GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes, ...more }));

async function upload(ChecksumAlgorithm: sdk.ChecksumAlgorithm, ChecksumType: sdk.ChecksumType, key = Key) {
  const target = { Bucket, Key: key };
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm, ChecksumType }),
  );
  const Parts: sdk.CompletedPart[] = [];
  for (const [index, Body] of [five, five, Buffer.from("end")].entries()) {
    const PartNumber = index + 1;
    const part = await client.send(
      new sdk.UploadPartCommand({ ...target, UploadId, PartNumber, Body, ChecksumAlgorithm }),
    );
    const { $metadata: _, ServerSideEncryption: __, ...told } = part;
    Parts.push({ PartNumber, ...told });
  }
  return await client.send(
    new sdk.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
  );
}

describe("the attributes of an object", () => {
  it("are those that were asked for", async () => {
    const { ETag, ObjectSize, StorageClass, Checksum } = await attributes("q3.txt", ["ETag", "ObjectSize"]);
    expect([ETag, ObjectSize]).toEqual([createHash("md5").update("third").digest("hex"), 5]);
    expect([StorageClass, Checksum]).toEqual([undefined, undefined]);
    const all = await attributes("q3.txt", ALL);
    expect(all).toMatchObject({ StorageClass: "STANDARD", Checksum: { ChecksumType: "FULL_OBJECT" } });
    expect(all.ObjectParts).toBeUndefined();
    expect(all.LastModified).toBeInstanceOf(Date);
  });

  it("tell its parts page by page", async () => {
    await upload("SHA256", "COMPOSITE");
    const { ObjectParts, Checksum } = await attributes(Key, ALL, { MaxParts: 2 });
    expect(Checksum?.ChecksumSHA256).toMatch(/-3$/);
    expect(ObjectParts).toMatchObject({ TotalPartsCount: 3, IsTruncated: true, NextPartNumberMarker: "2" });
    expect(ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * MiB],
      [2, 5 * MiB],
    ]);
    const rest = await attributes(Key, ["ObjectParts"], { PartNumberMarker: "2" });
    expect(rest.ObjectParts).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 3, Size: 3 }] });
  });

  it("are refused by a name that there is not", async () => {
    const odd = attributes("q3.txt", ["Colour" as "ETag"]);
    await expect(odd).rejects.toMatchObject({ name: "InvalidArgument" });
  });
});

describe("an object of parts", () => {
  it.each(["CRC32", "CRC32C", "CRC64NVME"] as const)("has the %s of the whole", async (algorithm) => {
    const done = await upload(algorithm, "FULL_OBJECT");
    const Body = Buffer.concat([five, five, Buffer.from("end")]);
    const whole = await client.send(
      new sdk.PutObjectCommand({ Bucket, Key: "whole", Body, ChecksumAlgorithm: algorithm }),
    );
    const name = `Checksum${algorithm}` as const;
    expect([done[name], done.ChecksumType]).toEqual([whole[name], "FULL_OBJECT"]);
  });

  it("tells how many they are to whoever asks for one", async () => {
    await upload("CRC32", "COMPOSITE");
    expect((await head({})).PartsCount).toBeUndefined();
    expect(await head({ PartNumber: 3 })).toMatchObject({ PartsCount: 3, ContentLength: 3 });
  });

  it("is refused a part without the checksum that the others have", async () => {
    const target = { Bucket, Key };
    const { UploadId } = await client.send(
      new sdk.CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: "SHA1" }),
    );
    const part = { operation: "UploadPart", bucket: Bucket, key: Key, headers: new Map() };
    const query = new Map([
      ["uploadId", UploadId ?? ""],
      ["partNumber", "1"],
    ]);
    const bare = s3.handle({ ...part, query }, { body: empty(), trailers: () => new Map() });
    await expect(bare).rejects.toMatchObject({
      code: "InvalidRequest",
      message: expect.stringContaining("null"),
    });
  });

  it("says where it is, for both styles of address", async () => {
    const { Location } = await upload("CRC32", "FULL_OBJECT", "a/b c");
    expect(Location).toMatch(/^http:\/\/[^/]+\/reports\/a%2Fb%20c$/);
  });
});

describe("objects too big to keep", () => {
  it("are declared, and read in ranges with their checksum", async () => {
    const size = 5 * 1024 ** 4;
    s3.declare(Bucket, "sparse", { size });
    expect(await head({ Key: "sparse", ChecksumMode: "ENABLED" })).toMatchObject({
      ContentLength: size,
      ChecksumType: "FULL_OBJECT",
    });
    const Range = `bytes=${size - 10}-`;
    const end = await client.send(new sdk.GetObjectCommand({ Bucket, Key: "sparse", Range }));
    expect(end.ContentRange).toBe(`bytes ${size - 10}-${size - 1}/${size}`);
    expect((await end.Body?.transformToByteArray())?.length).toBe(10);
    const copy = client.send(
      new sdk.CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/sparse` }),
    );
    await expect(copy).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  it("are checked, counted and let go when they are put", async () => {
    const dropped = { Bucket, Key: "dropped/one" };
    const put = await client.send(new sdk.PutObjectCommand({ ...dropped, Body: five }));
    const kept = await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: five }));
    expect([put.ETag, put.ChecksumCRC32]).toEqual([kept.ETag, kept.ChecksumCRC32]);
    expect(await client.send(new sdk.HeadObjectCommand(dropped))).toMatchObject({ ContentLength: 5 * MiB });
    await expect(client.send(new sdk.GetObjectCommand(dropped))).rejects.toMatchObject({
      name: "NotImplemented",
    });
    const wrong = client.send(
      new sdk.PutObjectCommand({ ...dropped, Body: "x", ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" }),
    );
    await expect(wrong).rejects.toMatchObject({ name: "BadDigest" });
  });

  it("are put in parts, with the checksum of the whole", async () => {
    const parts = await upload("CRC64NVME", "FULL_OBJECT", "dropped/parts");
    const kept = await upload("CRC64NVME", "FULL_OBJECT", "kept");
    expect([parts.ChecksumCRC64NVME, parts.ETag]).toEqual([kept.ChecksumCRC64NVME, kept.ETag]);
  });
});

// oxlint-disable-next-line require-yield -- there is nothing to yield
async function* empty(): AsyncGenerator<Buffer> {}
