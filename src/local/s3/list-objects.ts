import type { LocalAnswer } from "../request.ts";
import { storageClassOf } from "./description.ts";
import { cutPage, keyWriter, readPageSize } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { invalidArgument } from "./refusals.ts";
import type { S3Context, S3Request } from "./request.ts";
import type { Bucket, StoredObject } from "./store.ts";
import { xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

/** ListObjects, the first version: pages go on from a key. */
export function listObjects({ store, ownerId }: S3Context, { bucket: name, query }: S3Request): LocalAnswer {
  const bucket = store.bucket(name);
  const write = keyWriter(query);
  const marker = query.get("marker") ?? "";
  const request = readPageRequest(query, "max-keys", marker);
  const page = cutPage(bucket.keys(), request);
  const { isTruncated, last } = page;
  return xmlAnswer(
    [
      "ListBucketResult",
      [
        ["Name", bucket.name],
        ["Prefix", write(request.prefix)],
        ["Marker", write(marker)],
        // Without a delimiter the last key of the page is the marker of the next.
        isTruncated && request.delimiter !== "" ? ["NextMarker", write(last)] : undefined,
        ["MaxKeys", request.max],
        ...delimiterNodes(query, request),
        ["IsTruncated", isTruncated],
        ...contentNodes(bucket, page, write, ownerId),
      ],
    ],
    { "x-amz-bucket-region": bucket.region },
  );
}

/** ListObjectsV2: pages go on from an opaque token. */
export function listObjectsV2(
  { store, ownerId }: S3Context,
  { bucket: name, query }: S3Request,
): LocalAnswer {
  const bucket = store.bucket(name);
  const write = keyWriter(query);
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after");
  const request = readPageRequest(
    query,
    "max-keys",
    token === undefined ? (startAfter ?? "") : readToken(token),
  );
  const page = cutPage(bucket.keys(), request);
  const owner = query.get("fetch-owner") === "true" ? ownerId : undefined;
  return xmlAnswer(
    [
      "ListBucketResult",
      [
        ["Name", bucket.name],
        ["Prefix", write(request.prefix)],
        token === undefined ? undefined : ["ContinuationToken", token],
        page.isTruncated ? ["NextContinuationToken", writeToken(page.last)] : undefined,
        startAfter === undefined ? undefined : ["StartAfter", write(startAfter)],
        ["KeyCount", page.keys.length + page.commonPrefixes.length],
        ["MaxKeys", request.max],
        ...delimiterNodes(query, request),
        ["IsTruncated", page.isTruncated],
        ...contentNodes(bucket, page, write, owner),
      ],
    ],
    { "x-amz-bucket-region": bucket.region },
  );
}

/** ListObjectVersions of a bucket without versioning: each object has the one version `null`. */
export function listObjectVersions(
  { store, ownerId }: S3Context,
  { bucket: name, query }: S3Request,
): LocalAnswer {
  const bucket = store.bucket(name);
  const write = keyWriter(query);
  const marker = query.get("key-marker") ?? "";
  const request = readPageRequest(query, "max-keys", marker);
  const page = cutPage(bucket.keys(), request);
  return xmlAnswer([
    "ListVersionsResult",
    [
      ["Name", bucket.name],
      ["Prefix", write(request.prefix)],
      ["KeyMarker", write(marker)],
      ["VersionIdMarker", query.get("version-id-marker") ?? ""],
      page.isTruncated ? ["NextKeyMarker", write(page.last)] : undefined,
      page.isTruncated ? ["NextVersionIdMarker", "null"] : undefined,
      ["MaxKeys", request.max],
      ...delimiterNodes(query, request),
      ["IsTruncated", page.isTruncated],
      ...page.keys.map((key): XmlNode => {
        const version: readonly XmlNode[] = [
          ["VersionId", "null"],
          ["IsLatest", true],
        ];
        return ["Version", [...version, ...objectNodes(bucket.object(key), write, ownerId)]];
      }),
      ...prefixNodes(page, write),
    ],
  ]);
}

/** What every list call says in the same words. */
export function readPageRequest(
  query: ReadonlyMap<string, string>,
  sizeName: string,
  after: string,
): PageRequest {
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after,
    max: readPageSize(query, sizeName),
  };
}

/** The delimiter and the encoding, when the call named them. */
export function delimiterNodes(
  query: ReadonlyMap<string, string>,
  { delimiter }: PageRequest,
): readonly XmlNode[] {
  const nodes: XmlNode[] = [];
  if (delimiter !== "") nodes.push(["Delimiter", keyWriter(query)(delimiter)]);
  if (query.get("encoding-type") === "url") nodes.push(["EncodingType", "url"]);
  return nodes;
}

/** The common prefixes of a page. */
export function prefixNodes(page: Page, write: (key: string) => string): readonly XmlNode[] {
  return page.commonPrefixes.map((prefix) => ["CommonPrefixes", [["Prefix", write(prefix)]]]);
}

function contentNodes(
  bucket: Bucket,
  page: Page,
  write: (key: string) => string,
  owner: string | undefined,
): readonly XmlNode[] {
  const contents = page.keys.map((key): XmlNode => [
    "Contents",
    objectNodes(bucket.object(key), write, owner),
  ]);
  return [...contents, ...prefixNodes(page, write)];
}

function objectNodes(
  object: StoredObject,
  write: (key: string) => string,
  owner: string | undefined,
): readonly (XmlNode | undefined)[] {
  return [
    ["Key", write(object.key)],
    ["LastModified", new Date(object.lastModifiedMs).toISOString()],
    ["ETag", `"${object.etag}"`],
    ["ChecksumAlgorithm", object.checksum.algorithm],
    ["ChecksumType", object.checksum.type],
    ["Size", object.body.size],
    owner === undefined ? undefined : ["Owner", [["ID", owner]]],
    ["StorageClass", storageClassOf(object.description)],
  ];
}

function writeToken(last: string): string {
  return Buffer.from(`1${last}`).toString("base64");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64").toString("utf8");
  if (!text.startsWith("1")) {
    throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
  }
  return text.slice(1);
}
