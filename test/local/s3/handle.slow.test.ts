import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import * as sdk from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalError } from "../../../src/local/request.ts";
import type { LocalAnswer } from "../../../src/local/request.ts";
import { createS3 } from "../../../src/local/s3/handle.ts";
import type { S3 } from "../../../src/local/s3/handle.ts";
import type { S3Payload } from "../../../src/local/s3/request.ts";
import { directClient } from "./direct-client.ts";

const START = Date.parse("2026-03-04T05:06:07.890Z");
const MiB = 1024 * 1024;
const ODD_KEYS = ["a b+c", "ä/ö?&=#", "<&>'\"", "tab\tand\nline", "🙂", "..//./x", "%2F", "\u0001"];

let now = START;
let s3: S3;
let client: S3Client;

beforeEach(async () => {
  now = START;
  s3 = createS3({ now: () => now });
  await s3.seed({ reports: { objects: { "q3.txt": "third", "q4.txt": "fourth" } } });
  client = directClient(s3);
});
afterEach(() => s3.close());

const Bucket = "reports";
const put = (Key: string, Body: string | Buffer, more: Partial<sdk.PutObjectCommandInput> = {}) =>
  client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key: string, more: Partial<sdk.GetObjectCommandInput> = {}) =>
  client.send(new sdk.GetObjectCommand({ Bucket, Key, ...more }));
const textOf = async (Key: string, more: Partial<sdk.GetObjectCommandInput> = {}) =>
  (await get(Key, more)).Body?.transformToString();
const copy = (more: Partial<sdk.CopyObjectCommandInput>) =>
  client.send(new sdk.CopyObjectCommand({ Bucket, Key: "copy", CopySource: "reports/q3.txt", ...more }));
const ranged = async (ifRange: string) => {
  const headers = new Map([
    ["range", "bytes=0-1"],
    ["if-range", ifRange],
  ]);
  return (await s3.handle({ ...READ, headers }, payload(new Map()))).status;
};
const READ = { operation: "GetObject", bucket: Bucket, key: "q3.txt", query: new Map<string, string>() };
const located = (Bucket: string, LocationConstraint: sdk.BucketLocationConstraint) =>
  new sdk.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } });
const refusal = (code: string, status: number) => ({ name: code, $metadata: { httpStatusCode: status } });

describe("buckets", () => {
  it("are created, headed, located, listed and deleted", async () => {
    await client.send(new sdk.CreateBucketCommand({ Bucket: "fresh" }));
    const { Buckets = [], Owner } = await client.send(new sdk.ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toEqual(["fresh", "reports"]);
    expect(Buckets[0]?.CreationDate?.getTime()).toBe(START);
    expect(Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    expect(await client.send(new sdk.HeadBucketCommand({ Bucket: "fresh" }))).toMatchObject({
      BucketRegion: "us-east-1",
    });
    const location = await client.send(new sdk.GetBucketLocationCommand({ Bucket: "fresh" }));
    expect(location.LocationConstraint ?? "").toBe("");
    await client.send(new sdk.DeleteBucketCommand({ Bucket: "fresh" }));
    const gone = client.send(new sdk.HeadBucketCommand({ Bucket: "fresh" }));
    await expect(gone).rejects.toMatchObject(refusal("NotFound", 404));
  });

  it("are listed page by page", async () => {
    for (const name of ["alpha", "beta", "gamma"])
      await client.send(new sdk.CreateBucketCommand({ Bucket: name }));
    const names: (string | undefined)[] = [];
    for await (const page of sdk.paginateListBuckets({ client }, { MaxBuckets: 3 })) {
      names.push(...(page.Buckets ?? []).map(({ Name }) => Name));
    }
    expect(names).toEqual(["alpha", "beta", "gamma", "reports"]);
  });

  it("are created twice without complaint in us-east-1 only", async () => {
    await client.send(new sdk.CreateBucketCommand({ Bucket }));
    expect(await textOf("q3.txt")).toBe("third");
    const elsewhere = directClient(createS3({ now: () => now, region: "eu-west-1" }));
    const call = located("mine", "eu-west-1");
    await elsewhere.send(call);
    await expect(elsewhere.send(call)).rejects.toMatchObject(refusal("BucketAlreadyOwnedByYou", 409));
    const location = await elsewhere.send(new sdk.GetBucketLocationCommand({ Bucket: "mine" }));
    expect(location.LocationConstraint).toBe("eu-west-1");
  });

  it("are made in any region by the first one's endpoint", async () => {
    await client.send(located("far", "eu-west-1"));
    const location = await client.send(new sdk.GetBucketLocationCommand({ Bucket: "far" }));
    expect(location.LocationConstraint).toBe("eu-west-1");
    const head = await client.send(new sdk.HeadBucketCommand({ Bucket: "far" }));
    expect(head.BucketRegion).toBe("eu-west-1");
    const all = await client.send(new sdk.ListBucketsCommand({}));
    expect(all.Buckets?.map(({ BucketRegion }) => BucketRegion)).toEqual(["eu-west-1", "us-east-1"]);
    const far = await client.send(new sdk.ListBucketsCommand({ BucketRegion: "eu-west-1" }));
    expect(far.Buckets?.map(({ Name }) => Name)).toEqual(["far"]);
    await expect(client.send(located("far", "eu-west-1"))).rejects.toMatchObject(
      refusal("BucketAlreadyOwnedByYou", 409),
    );
    expect([s3.regionOf("far"), s3.regionOf(Bucket), s3.regionOf("none")]).toEqual([
      "eu-west-1",
      "us-east-1",
      undefined,
    ]);
  });

  it("refuse a bad name, a foreign location and a deletion with content", async () => {
    const bad = client.send(new sdk.CreateBucketCommand({ Bucket: "Bad_Name" }));
    await expect(bad).rejects.toMatchObject(refusal("InvalidBucketName", 400));
    const first = client.send(located("fine", "us-east-1" as "EU"));
    await expect(first).rejects.toMatchObject(refusal("InvalidLocationConstraint", 400));
    const elsewhere = directClient(createS3({ now: () => now, region: "eu-west-1" }));
    const foreign = elsewhere.send(located("fine", "us-west-2"));
    await expect(foreign).rejects.toMatchObject(refusal("IllegalLocationConstraintException", 400));
    const full = client.send(new sdk.DeleteBucketCommand({ Bucket }));
    await expect(full).rejects.toMatchObject(refusal("BucketNotEmpty", 409));
    const owner = client.send(new sdk.HeadBucketCommand({ Bucket, ExpectedBucketOwner: "999999999999" }));
    await expect(owner).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it("have an access control list by name", async () => {
    await client.send(new sdk.PutBucketAclCommand({ Bucket, ACL: "public-read" }));
    const { Grants = [] } = await client.send(new sdk.GetBucketAclCommand({ Bucket }));
    expect(Grants.map(({ Grantee, Permission }) => [Grantee?.Type, Permission])).toEqual([
      ["CanonicalUser", "FULL_CONTROL"],
      ["Group", "READ"],
    ]);
  });
});

describe("writing and reading", () => {
  it("gives back bytes, metadata and system headers", async () => {
    const { ETag, ChecksumCRC32 } = await put("a.json", "{}", {
      ContentType: "application/json",
      CacheControl: "no-store",
      ContentDisposition: "attachment",
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      Expires: new Date(START),
      Metadata: { owner: "me" },
    });
    expect(ETag).toBe(`"${createHash("md5").update("{}").digest("hex")}"`);
    const object = await get("a.json", { ChecksumMode: "ENABLED" });
    expect(object).toMatchObject({
      ContentType: "application/json",
      CacheControl: "no-store",
      ContentDisposition: "attachment",
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      ContentLength: 2,
      AcceptRanges: "bytes",
      Metadata: { owner: "me" },
      ETag,
      ChecksumCRC32,
      ChecksumType: "FULL_OBJECT",
    });
    expect(object.LastModified?.getTime()).toBe(Date.parse("2026-03-04T05:06:07Z"));
    expect(object.VersionId).toBeUndefined();
    expect(await object.Body?.transformToString()).toBe("{}");
  });

  it("does not keep aws-chunked as a content encoding", async () => {
    const Body = Readable.from([Buffer.from("stre"), Buffer.from("amed")]);
    await client.send(
      new sdk.PutObjectCommand({ Bucket, Key: "s", Body, ContentLength: 8, ContentEncoding: "gzip" }),
    );
    const object = await get("s", { ChecksumMode: "ENABLED" });
    expect(object.ContentEncoding).toBe("gzip");
    expect(object.ChecksumCRC32).toBe("2SIbYw==");
    expect(await object.Body?.transformToString()).toBe("streamed");
  });

  it.each(ODD_KEYS)("takes the key %j and lists it", async (Key) => {
    await put(Key, "odd");
    expect(await textOf(Key)).toBe("odd");
    const listed = await client.send(
      new sdk.ListObjectsV2Command({ Bucket, Prefix: Key, EncodingType: "url" }),
    );
    expect(listed.Contents?.map(({ Key: key = "" }) => decodeURIComponent(key.replaceAll("+", " ")))).toEqual(
      [Key],
    );
  });

  it("gives back user metadata beyond US-ASCII in encoded words", async () => {
    const Metadata = {
      plain: "a=b",
      raw: "\u00c3\u0084",
      word: "=?UTF-8?Q?=C3=84_b?=",
      ascii: "=?utf-8?B?YWI=?=",
    };
    await put("meta", "x", { Metadata });
    expect((await get("meta")).Metadata).toEqual({
      plain: "a=b",
      raw: "=?UTF-8?B?w4PChA==?=",
      word: "=?UTF-8?B?w4QgYg==?=",
      ascii: "ab",
    });
  });

  it("honours a range only while If-Range names the object", async () => {
    const { ETag } = await get("q3.txt");
    expect(await ranged(ETag ?? "")).toBe(206);
    expect(await ranged('"other"')).toBe(200);
    expect(await ranged("Wed, 04 Mar 2026 05:06:07 GMT")).toBe(206);
    expect(await ranged("Wed, 04 Mar 2026 05:06:08 GMT")).toBe(200);
  });

  it("takes an empty object", async () => {
    await put("empty", "");
    expect(await get("empty")).toMatchObject({ ContentLength: 0 });
    await expect(get("empty", { Range: "bytes=0-0" })).rejects.toMatchObject(refusal("InvalidRange", 416));
  });

  it("says which bucket or key is missing", async () => {
    await expect(get("none")).rejects.toMatchObject(refusal("NoSuchKey", 404));
    const nowhere = client.send(new sdk.PutObjectCommand({ Bucket: "nowhere", Key: "k", Body: "x" }));
    await expect(nowhere).rejects.toMatchObject(refusal("NoSuchBucket", 404));
    const head = client.send(new sdk.HeadObjectCommand({ Bucket, Key: "none" }));
    await expect(head).rejects.toMatchObject(refusal("NotFound", 404));
    await expect(put("k".repeat(1025), "x")).rejects.toMatchObject(refusal("KeyTooLongError", 400));
  });

  it("replaces headers of the answer on request", async () => {
    const object = await get("q3.txt", {
      ResponseContentType: "text/html",
      ResponseCacheControl: "no-cache",
    });
    expect(object).toMatchObject({ ContentType: "text/html", CacheControl: "no-cache" });
  });

  it.each([
    ["bytes=0-1", "th", "bytes 0-1/5"],
    ["bytes=3-", "rd", "bytes 3-4/5"],
    ["bytes=-2", "rd", "bytes 3-4/5"],
    ["bytes=-99", "third", "bytes 0-4/5"],
    ["bytes=4-99", "d", "bytes 4-4/5"],
  ])("answers the range %s with %s", async (Range, text, ContentRange) => {
    const object = await get("q3.txt", { Range });
    expect(object).toMatchObject({
      ContentRange,
      ContentLength: text.length,
      $metadata: { httpStatusCode: 206 },
    });
    expect(await object.Body?.transformToString()).toBe(text);
  });

  it.each(["bytes=3-1", "bytes=0-1,3-4", "lines=1-2", "bytes=-"])(
    "sends all for the range %s",
    async (Range) => {
      expect((await get("q3.txt", { Range })).$metadata.httpStatusCode).toBe(200);
    },
  );

  it.each(["bytes=5-", "bytes=-0"])("refuses the range %s", async (Range) => {
    await expect(get("q3.txt", { Range })).rejects.toMatchObject(refusal("InvalidRange", 416));
  });

  it("answers conditional reads", async () => {
    const { ETag = "" } = await get("q3.txt");
    const before = new Date(START - 60_000);
    const after = new Date(START + 60_000);
    expect(await textOf("q3.txt", { IfMatch: ETag, IfUnmodifiedSince: before })).toBe("third");
    expect(await textOf("q3.txt", { IfNoneMatch: '"other"', IfModifiedSince: after })).toBe("third");
    await expect(get("q3.txt", { IfMatch: '"other"' })).rejects.toMatchObject(
      refusal("PreconditionFailed", 412),
    );
    await expect(get("q3.txt", { IfUnmodifiedSince: before })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    await expect(get("q3.txt", { IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    const unchanged = get("q3.txt", { IfModifiedSince: after });
    await expect(unchanged).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });

  it("answers conditional writes and deletions", async () => {
    await expect(put("q3.txt", "x", { IfNoneMatch: "*" })).rejects.toMatchObject(
      refusal("PreconditionFailed", 412),
    );
    await put("new", "1", { IfNoneMatch: "*" });
    await expect(put("new", "2", { IfMatch: '"other"' })).rejects.toMatchObject(
      refusal("PreconditionFailed", 412),
    );
    const { ETag = "" } = await get("new");
    await put("new", "2", { IfMatch: ETag });
    expect(await textOf("new")).toBe("2");
    await expect(put("none", "x", { IfMatch: ETag })).rejects.toMatchObject(refusal("NoSuchKey", 404));
    const stale = client.send(new sdk.DeleteObjectCommand({ Bucket, Key: "new", IfMatch: ETag }));
    await expect(stale).rejects.toMatchObject(refusal("PreconditionFailed", 412));
  });

  it("lets only one of two racing creators win", async () => {
    const results = await Promise.allSettled([
      put("race", "1", { IfNoneMatch: "*" }),
      put("race", "2", { IfNoneMatch: "*" }),
    ]);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["fulfilled", "rejected"]));
  });

  it("does not store an object whose content breaks off", async () => {
    const call = { operation: "PutObject", bucket: Bucket, key: "cut", query: new Map(), headers: new Map() };
    await expect(s3.handle(call, { body: breaking(), trailers: () => new Map() })).rejects.toThrow("cut");
    await expect(get("cut")).rejects.toMatchObject(refusal("NoSuchKey", 404));
  });
});

describe("integrity", () => {
  it.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)(
    "keeps a %s checksum",
    async (algorithm) => {
      await client.send(
        new sdk.PutObjectCommand({ Bucket, Key: "sum", Body: "123456789", ChecksumAlgorithm: algorithm }),
      );
      const known = {
        CRC32: "y/Q5Jg==",
        CRC32C: "4waSgw==",
        CRC64NVME: "rosUhgp5mIg=",
        SHA1: "98O8HYCOBHMq32eZZczDTKeuNEE=",
        SHA256: "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
      };
      const head = await client.send(
        new sdk.HeadObjectCommand({ Bucket, Key: "sum", ChecksumMode: "ENABLED" }),
      );
      expect(head[`Checksum${algorithm}`]).toBe(known[algorithm]);
      const plain = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: "sum" }));
      expect(plain[`Checksum${algorithm}`]).toBeUndefined();
    },
  );

  it("computes CRC64NVME when the client sends nothing", async () => {
    const headers = new Map<string, string>();
    const call = { operation: "PutObject", bucket: Bucket, key: "plain", query: new Map(), headers };
    const answer = await s3.handle(call, {
      body: Readable.from([Buffer.from("123456789")]),
      trailers: () => new Map(),
    });
    expect(answer.headers).toMatchObject({ "x-amz-checksum-crc64nvme": "rosUhgp5mIg=" });
  });

  it("refuses content that does not match its checksum, and stores nothing", async () => {
    await expect(put("bad", "x", { ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject(
      refusal("BadDigest", 400),
    );
    await expect(put("bad", "x", { ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" })).rejects.toMatchObject({
      name: "BadDigest",
    });
    await expect(put("bad", "x", { ContentMD5: "nonsense" })).rejects.toMatchObject(
      refusal("InvalidDigest", 400),
    );
    await expect(put("bad", "x", { ChecksumCRC32: "AA==" })).rejects.toMatchObject(
      refusal("InvalidRequest", 400),
    );
    await expect(get("bad")).rejects.toMatchObject(refusal("NoSuchKey", 404));
  });

  it("refuses a trailer that does not match or does not come", async () => {
    const headers = new Map([["x-amz-trailer", "x-amz-checksum-crc32"]]);
    const call = { operation: "PutObject", bucket: Bucket, key: "bad", query: new Map(), headers };
    const wrong = s3.handle(call, payload(new Map([["x-amz-checksum-crc32", "AAAAAA=="]])));
    await expect(wrong).rejects.toMatchObject({ code: "BadDigest" });
    await expect(s3.handle(call, payload(new Map()))).rejects.toMatchObject({ code: "InvalidRequest" });
  });
});

describe("listing", () => {
  beforeEach(async () => {
    for (const key of ["photos/2025/a", "photos/2026/b", "photos/2026/c", "photos/z", "zeta"])
      await put(key, key);
  });

  it("rolls keys up to common prefixes", async () => {
    const listed = await client.send(
      new sdk.ListObjectsV2Command({ Bucket, Prefix: "photos/", Delimiter: "/" }),
    );
    expect(listed.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["photos/2025/", "photos/2026/"]);
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(["photos/z"]);
    expect(listed).toMatchObject({ KeyCount: 3, IsTruncated: false, Delimiter: "/", Name: Bucket });
  });

  it.each([1, 2, 3, 7, 1000])("pages through everything %i at a time", async (MaxKeys) => {
    const seen: (string | undefined)[] = [];
    for await (const page of sdk.paginateListObjectsV2(
      { client, pageSize: MaxKeys },
      { Bucket, Delimiter: "/" },
    )) {
      expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
      seen.push(
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
        ...(page.Contents ?? []).map(({ Key }) => Key),
      );
    }
    expect(new Set(seen)).toEqual(new Set(["photos/", "q3.txt", "q4.txt", "zeta"]));
  });

  it("begins after a key and names owners only when asked", async () => {
    const listed = await client.send(
      new sdk.ListObjectsV2Command({ Bucket, StartAfter: "q3.txt", FetchOwner: true }),
    );
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(["q4.txt", "zeta"]);
    expect(listed.Contents?.[0]).toMatchObject({
      Size: 6,
      StorageClass: "STANDARD",
      ChecksumAlgorithm: ["CRC64NVME"],
    });
    expect(listed.Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    const plain = await client.send(new sdk.ListObjectsV2Command({ Bucket }));
    expect(plain.Contents?.[0]?.Owner).toBeUndefined();
  });

  it("pages the first version by marker", async () => {
    const first = await client.send(new sdk.ListObjectsCommand({ Bucket, Delimiter: "/", MaxKeys: 1 }));
    expect(first).toMatchObject({ NextMarker: "photos/", IsTruncated: true });
    const second = await client.send(
      new sdk.ListObjectsCommand({ Bucket, Delimiter: "/", Marker: first.NextMarker }),
    );
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(["q3.txt", "q4.txt", "zeta"]);
    expect(second.CommonPrefixes).toBeUndefined();
  });

  it("lists one version null of each object", async () => {
    const listed = await client.send(new sdk.ListObjectVersionsCommand({ Bucket, Prefix: "q" }));
    expect(listed.Versions?.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest])).toEqual([
      ["q3.txt", "null", true],
      ["q4.txt", "null", true],
    ]);
  });

  it("orders keys by their UTF-8 bytes", async () => {
    for (const key of ["u/\uff5e", "u/😀", "u/z", "u/é"]) await put(key, "");
    const listed = await client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: "u/" }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(["u/z", "u/é", "u/\uff5e", "u/😀"]);
  });

  it("refuses bad parameters and allows a page of nothing", async () => {
    const negative = client.send(new sdk.ListObjectsV2Command({ Bucket, MaxKeys: -1 }));
    await expect(negative).rejects.toMatchObject(refusal("InvalidArgument", 400));
    const token = client.send(new sdk.ListObjectsV2Command({ Bucket, ContinuationToken: "nonsense" }));
    await expect(token).rejects.toMatchObject(refusal("InvalidArgument", 400));
    const none = await client.send(new sdk.ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    expect(none).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });
});

describe("deleting", () => {
  it("succeeds for a key that is not there", async () => {
    const deleted = await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: "none" }));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
  });

  it("deletes many and reports each", async () => {
    const Objects = [{ Key: "q3.txt" }, { Key: "none" }, { Key: "q4.txt", VersionId: "v1" }];
    const result = await client.send(new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(result.Deleted?.map(({ Key }) => Key)).toEqual(["q3.txt", "none"]);
    expect(result.Errors).toEqual([expect.objectContaining({ Key: "q4.txt", Code: "NoSuchVersion" })]);
    await expect(get("q3.txt")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  it("leaves what IAM refuses where it is, and tells why", async () => {
    const xml = "<Delete><Object><Key>q3.txt</Key></Object><Object><Key>q4.txt</Key></Object></Delete>";
    const refused = new Map([[1, new LocalError("AccessDenied", "not allowed", 403)]]);
    const { body } = await deleteByXml(md5(xml), xml, refused);
    expect(body).toContain("<Deleted><Key>q3.txt</Key></Deleted>");
    expect(body).toContain(
      "<Error><Key>q4.txt</Key><Code>AccessDenied</Code><Message>not allowed</Message></Error>",
    );
    expect(await textOf("q4.txt")).toBe("fourth");
  });

  it("reports only failures when quiet", async () => {
    const Delete = { Objects: [{ Key: "q3.txt" }, { Key: "q4.txt", ETag: '"x"' }], Quiet: true };
    const result = await client.send(new sdk.DeleteObjectsCommand({ Bucket, Delete }));
    expect(result.Deleted).toBeUndefined();
    expect(result.Errors).toEqual([expect.objectContaining({ Code: "PreconditionFailed" })]);
  });

  it("refuses a document it cannot read or that has no checksum", async () => {
    const xml = "<Delete><Object><Key>q3.txt</Key></Object></Delete>";
    await expect(deleteByXml(new Map(), xml)).rejects.toMatchObject({ code: "InvalidRequest" });
    await expect(deleteByXml(md5("<Delete>"), "<Delete>")).rejects.toMatchObject({ code: "MalformedXML" });
    expect((await deleteByXml(md5(xml), xml)).status).toBe(200);
  });
});

describe("copying", () => {
  it("copies bytes, metadata and tags", async () => {
    await put("source key+1", "bytes", { Metadata: { a: "1" }, Tagging: "k=v", ContentType: "text/x" });
    const { CopyObjectResult } = await copy({ CopySource: "/reports/source%20key%2B1" });
    const object = await get("copy");
    expect(object).toMatchObject({
      Metadata: { a: "1" },
      ContentType: "text/x",
      TagCount: 1,
      ETag: CopyObjectResult?.ETag,
    });
    expect(await object.Body?.transformToString()).toBe("bytes");
  });

  it("replaces metadata and tags when told to", async () => {
    await put("source", "x", { Metadata: { a: "1" }, Tagging: "k=v" });
    await copy({
      CopySource: "reports/source",
      MetadataDirective: "REPLACE",
      Metadata: { b: "2" },
      TaggingDirective: "REPLACE",
      Tagging: "",
    });
    const object = await get("copy");
    expect(object.Metadata).toEqual({ b: "2" });
    expect(object.TagCount).toBeUndefined();
  });

  it("honours the conditions on the source", async () => {
    const { ETag } = await get("q3.txt");
    await copy({ CopySourceIfMatch: ETag });
    await expect(copy({ CopySourceIfNoneMatch: ETag })).rejects.toMatchObject(
      refusal("PreconditionFailed", 412),
    );
  });

  it("refuses a copy onto itself that changes nothing, and a source that is not there", async () => {
    await expect(copy({ Key: "q3.txt" })).rejects.toMatchObject(refusal("InvalidRequest", 400));
    await copy({ Key: "q3.txt", MetadataDirective: "REPLACE", ContentType: "text/y" });
    expect(await get("q3.txt")).toMatchObject({ ContentType: "text/y" });
    await expect(copy({ CopySource: "reports/none" })).rejects.toMatchObject(refusal("NoSuchKey", 404));
    await expect(copy({ CopySource: "none/q3.txt" })).rejects.toMatchObject(refusal("NoSuchBucket", 404));
    await expect(copy({ CopySource: "reports" })).rejects.toMatchObject(refusal("InvalidArgument", 400));
  });
});

describe("multipart uploads", () => {
  const Key = "big";
  const five = Buffer.alloc(5 * MiB, "5");
  const begin = async (more: Partial<sdk.CreateMultipartUploadCommandInput> = {}) =>
    (await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId ?? "";
  const part = (UploadId: string, PartNumber: number, Body: Buffer | string) =>
    client.send(new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  const complete = (
    UploadId: string,
    Parts: sdk.CompletedPart[],
    more: Partial<sdk.CompleteMultipartUploadCommandInput> = {},
  ) =>
    client.send(
      new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
    );

  it("are put together by the SDK's own Upload", async () => {
    const Body = Readable.from(
      (function* () {
        for (let i = 0; i < 12; i++) yield Buffer.alloc(MiB, String(i));
      })(),
    );
    const upload = new Upload({
      client,
      params: { Bucket, Key, Body, Metadata: { a: "1" } },
      partSize: 5 * MiB,
    });
    const { ETag } = await upload.done();
    expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const object = await get(Key, { ChecksumMode: "ENABLED" });
    expect(object).toMatchObject({ ContentLength: 12 * MiB, Metadata: { a: "1" }, ETag });
    const bytes = await object.Body?.transformToByteArray();
    expect(bytes?.[5 * MiB]).toBe("5".charCodeAt(0));
    expect(bytes?.length).toBe(12 * MiB);
    const second = await get(Key, { PartNumber: 2 });
    expect(second).toMatchObject({
      PartsCount: 3,
      ContentRange: `bytes ${5 * MiB}-${10 * MiB - 1}/${12 * MiB}`,
    });
    await expect(get(Key, { PartNumber: 4 })).rejects.toMatchObject(refusal("InvalidPartNumber", 416));
  });

  it("have the ETag and the composite checksum that AWS computes", async () => {
    const UploadId = await begin({ ChecksumAlgorithm: "SHA256" });
    const upload = (PartNumber: number, Body: Buffer) =>
      client.send(
        new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: "SHA256" }),
      );
    const one = await upload(1, five);
    const two = await upload(2, Buffer.from("end"));
    const done = await complete(UploadId, [
      { PartNumber: 1, ETag: one.ETag, ChecksumSHA256: one.ChecksumSHA256 },
      { PartNumber: 2, ETag: two.ETag, ChecksumSHA256: two.ChecksumSHA256 },
    ]);
    const of = (name: string, encoding: "hex" | "base64") => {
      const parts = [five, Buffer.from("end")].map((bytes) => createHash(name).update(bytes).digest());
      return createHash(name).update(Buffer.concat(parts)).digest(encoding);
    };
    expect(done.ETag).toBe(`"${of("md5", "hex")}-2"`);
    expect(done.ChecksumSHA256).toBe(`${of("sha256", "base64")}-2`);
    expect(done.ChecksumType).toBe("COMPOSITE");
  });

  it("have the checksum of the whole when it is asked for", async () => {
    const UploadId = await begin({ ChecksumAlgorithm: "CRC32C", ChecksumType: "FULL_OBJECT" });
    const upload = (PartNumber: number, Body: Buffer) =>
      client.send(
        new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: "CRC32C" }),
      );
    const parts = [await upload(1, five), await upload(2, Buffer.from("end"))];
    const done = await complete(
      UploadId,
      parts.map(({ ETag }, index) => ({ ETag, PartNumber: index + 1 })),
    );
    const whole = await put("whole", Buffer.concat([five, Buffer.from("end")]), {
      ChecksumAlgorithm: "CRC32C",
    });
    expect(done).toMatchObject({ ChecksumCRC32C: whole.ChecksumCRC32C, ChecksumType: "FULL_OBJECT" });
  });

  it("are listed, with their parts, and aborted", async () => {
    const UploadId = await begin();
    await part(UploadId, 2, "two");
    await part(UploadId, 1, "one");
    const parts = await client.send(new sdk.ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
    expect(parts).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "1" });
    expect(parts.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[1, 3]]);
    const uploads = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads?.map(({ Key: key, UploadId: id }) => [key, id])).toEqual([[Key, UploadId]]);
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    await expect(part(UploadId, 3, "late")).rejects.toMatchObject(refusal("NoSuchUpload", 404));
  });

  it("are listed page by page, two of one key too", async () => {
    const ids: string[] = [];
    for (const key of ["a/1", "a/2", "b", "b", "c"]) {
      now += 1000;
      const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key: key }));
      ids.push(UploadId ?? "");
    }
    const seen: (string | undefined)[] = [];
    let page: Partial<sdk.ListMultipartUploadsCommandOutput> = {};
    do {
      const markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
      page = await client.send(
        new sdk.ListMultipartUploadsCommand({ Bucket, MaxUploads: 1, Delimiter: "/", ...markers }),
      );
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      seen.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId));
    } while (page.IsTruncated === true);
    expect(seen).toEqual(["a/", ...ids.slice(2)]);
  });

  it("take parts copied from other objects", async () => {
    await put("source", "0123456789");
    const UploadId = await begin();
    const copied = await client.send(
      new sdk.UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 1,
        CopySource: "reports/source",
        CopySourceRange: "bytes=2-4",
      }),
    );
    await complete(UploadId, [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
    expect(await textOf(Key)).toBe("234");
    const beyond = client.send(
      new sdk.UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId: await begin(),
        PartNumber: 1,
        CopySource: "reports/source",
        CopySourceRange: "bytes=2-10",
      }),
    );
    await expect(beyond).rejects.toMatchObject(refusal("InvalidArgument", 400));
  });

  it("refuse parts out of order, unknown, too small or mismatched, and stay open", async () => {
    const UploadId = await begin();
    const one = await part(UploadId, 1, "small");
    const two = await part(UploadId, 2, "end");
    const first = { PartNumber: 1, ETag: one.ETag };
    const second = { PartNumber: 2, ETag: two.ETag };
    await expect(complete(UploadId, [second, first])).rejects.toMatchObject(refusal("InvalidPartOrder", 400));
    await expect(complete(UploadId, [{ ...first, ETag: two.ETag }])).rejects.toMatchObject(
      refusal("InvalidPart", 400),
    );
    await expect(complete(UploadId, [first, second])).rejects.toMatchObject(refusal("EntityTooSmall", 400));
    await expect(complete(UploadId, [])).rejects.toMatchObject(refusal("MalformedXML", 400));
    const wrongSum = complete(UploadId, [second], { ChecksumCRC64NVME: "AAAAAAAAAAA=" });
    await expect(wrongSum).rejects.toMatchObject(refusal("BadDigest", 400));
    await expect(part(UploadId, 10_001, "x")).rejects.toMatchObject(refusal("InvalidArgument", 400));
    await complete(UploadId, [second]);
    expect(await textOf(Key)).toBe("end");
    await expect(complete(UploadId, [second])).rejects.toMatchObject(refusal("NoSuchUpload", 404));
  });

  it("need the checksums of their parts when they are composite", async () => {
    const UploadId = await begin({ ChecksumAlgorithm: "CRC32" });
    const { ETag, ChecksumCRC32 } = await part(UploadId, 1, "x");
    await expect(complete(UploadId, [{ PartNumber: 1, ETag }])).rejects.toMatchObject(
      refusal("InvalidRequest", 400),
    );
    await complete(UploadId, [{ PartNumber: 1, ETag, ChecksumCRC32 }]);
  });
});

describe("tags and access control lists of objects", () => {
  it("are put, got and deleted", async () => {
    const TagSet = [{ Key: "a b", Value: "<1>" }];
    await client.send(new sdk.PutObjectTaggingCommand({ Bucket, Key: "q3.txt", Tagging: { TagSet } }));
    const tags = await client.send(new sdk.GetObjectTaggingCommand({ Bucket, Key: "q3.txt" }));
    expect(tags.TagSet).toEqual(TagSet);
    expect((await get("q3.txt")).TagCount).toBe(1);
    await client.send(new sdk.DeleteObjectTaggingCommand({ Bucket, Key: "q3.txt" }));
    expect((await get("q3.txt")).TagCount).toBeUndefined();
  });

  it("come as grants, by header or as a document, and not both ways", async () => {
    const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";
    await put("granted", "x", { GrantRead: `uri="${everyone}", id="abc"` });
    const acl = await client.send(new sdk.GetObjectAclCommand({ Bucket, Key: "granted" }));
    expect(acl.Grants?.map(({ Grantee, Permission }) => [Grantee?.URI ?? Grantee?.ID, Permission])).toEqual([
      [everyone, "READ"],
      ["abc", "READ"],
    ]);
    const { Owner, Grants } = acl;
    const AccessControlPolicy = { Owner, Grants: Grants?.slice(0, 1) };
    await client.send(new sdk.PutBucketAclCommand({ Bucket, AccessControlPolicy }));
    const kept = await client.send(new sdk.GetBucketAclCommand({ Bucket }));
    expect(kept.Grants).toEqual(Grants?.slice(0, 1));
    const both = put("both", "x", { ACL: "private", GrantRead: 'id="abc"' });
    await expect(both).rejects.toMatchObject(refusal("InvalidRequest", 400));
  });

  it("are refused beyond ten or twice", async () => {
    const Tagging = Array.from({ length: 11 }, (_, i) => `k${i}=v`).join("&");
    await expect(put("t", "x", { Tagging })).rejects.toMatchObject(refusal("BadRequest", 400));
    await expect(put("t", "x", { Tagging: "a=1&a=2" })).rejects.toMatchObject(refusal("InvalidTag", 400));
  });

  it("come by name", async () => {
    await put("open", "x", { ACL: "public-read" });
    const { Grants } = await client.send(new sdk.GetObjectAclCommand({ Bucket, Key: "open" }));
    expect(Grants).toHaveLength(2);
    await client.send(new sdk.PutObjectAclCommand({ Bucket, Key: "open", ACL: "private" }));
    expect((await client.send(new sdk.GetObjectAclCommand({ Bucket, Key: "open" }))).Grants).toHaveLength(1);
    const odd = client.send(new sdk.PutObjectAclCommand({ Bucket, Key: "open", ACL: "odd" as "private" }));
    await expect(odd).rejects.toMatchObject(refusal("InvalidArgument", 400));
  });
});

it("says so when it lacks an operation", async () => {
  const call = client.send(new sdk.GetObjectTorrentCommand({ Bucket, Key: "q3.txt" }));
  await expect(call).rejects.toMatchObject(refusal("NotImplemented", 501));
});

async function* breaking(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(2 * MiB);
  throw new Error("cut");
}

function payload(trailers: Map<string, string>): S3Payload {
  return { body: Readable.from([Buffer.from("x")]), trailers: () => trailers };
}

function deleteByXml(
  headers: Map<string, string>,
  text: string,
  refused?: Map<number, LocalError>,
): Promise<LocalAnswer> {
  const call = { operation: "DeleteObjects", bucket: Bucket, query: new Map(), headers, refused };
  return s3.handle(call, { body: Readable.from([Buffer.from(text)]), trailers: () => new Map() });
}

function md5(text: string): Map<string, string> {
  return new Map([["content-md5", createHash("md5").update(text).digest("base64")]]);
}
