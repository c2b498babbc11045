import { randomBytes } from "node:crypto";
import type { LocalAnswer } from "../request.ts";
import type { ChecksumAlgorithm, ChecksumType } from "./checksum.ts";
import { readDescription, storageClassOf } from "./description.ts";
import { supported } from "./integrity.ts";
import { compareUtf8 } from "./key-order.ts";
import { delimiterNodes, prefixNodes, readPageRequest } from "./list-objects.ts";
import { cutPage, keyWriter } from "./paging.ts";
import { invalidRequest } from "./refusals.ts";
import type { S3Context, S3Request } from "./request.ts";
import type { Bucket, Upload } from "./store.ts";
import { xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

/** CreateMultipartUpload. */
export function createMultipartUpload(context: S3Context, request: S3Request): LocalAnswer {
  const { bucket: name, key = "", headers } = request;
  const bucket = context.store.bucket(name);
  const { algorithm, type } = readUploadChecksum(headers);
  const upload: Upload = {
    id: randomBytes(48).toString("base64url"),
    key,
    initiatedMs: context.now(),
    description: readDescription(headers, bucket),
    algorithm,
    type,
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  const told = {
    "x-amz-server-side-encryption": "AES256",
    ...(algorithm !== undefined && { "x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": type }),
  };
  return xmlAnswer(
    [
      "InitiateMultipartUploadResult",
      [
        ["Bucket", bucket.name],
        ["Key", key],
        ["UploadId", upload.id],
      ],
    ],
    told,
  );
}

/** AbortMultipartUpload. */
export function abortMultipartUpload({ store }: S3Context, request: S3Request): LocalAnswer {
  const bucket = store.bucket(request.bucket);
  const upload = findUpload(bucket, request);
  bucket.uploads.delete(upload.id);
  for (const { body } of upload.parts.values()) body.discard();
  return { status: 204, headers: {} };
}

/** ListMultipartUploads: by key, uploads of one key by the time of their start. */
export function listMultipartUploads(
  { store, ownerId }: S3Context,
  { bucket: name, query }: S3Request,
): LocalAnswer {
  const bucket = store.bucket(name);
  const write = keyWriter(query);
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("upload-id-marker") ?? "";
  const request = readPageRequest(query, "max-uploads", keyMarker);
  const uploads = sortedUploads(bucket, keyMarker, keyMarker === "" ? "" : idMarker);
  // Keys repeat here, so the page is cut over the positions of uploads: key, a separator, and a rank.
  const positions = new Map(
    uploads.map((upload, rank) => [`${upload.key}\u0000${String(rank).padStart(8, "0")}`, upload]),
  );
  const page = cutPage([...positions.keys()], request);
  const listed = page.keys.flatMap((position) => positions.get(position) ?? []);
  const last = positions.get(page.last);
  return xmlAnswer([
    "ListMultipartUploadsResult",
    [
      ["Bucket", bucket.name],
      ["KeyMarker", write(keyMarker)],
      ["UploadIdMarker", idMarker],
      page.isTruncated ? ["NextKeyMarker", write(page.last.split("\u0000")[0] ?? "")] : undefined,
      page.isTruncated && last !== undefined ? ["NextUploadIdMarker", last.id] : undefined,
      ["Prefix", write(request.prefix)],
      ...delimiterNodes(query, request),
      ["MaxUploads", request.max],
      ["IsTruncated", page.isTruncated],
      ...listed.map((upload) => uploadNode(upload, write, ownerId)),
      ...prefixNodes(page, write),
    ],
  ]);
}

/**
 * The upload that a call names by its key and `uploadId`.
 *
 * @throws LocalError NoSuchUpload
 */
export function findUpload(bucket: Bucket, { key = "", query }: S3Request): Upload {
  return bucket.upload(key, query.get("uploadId") ?? "");
}

/** What of an upload lists tell of its checksum. */
export function uploadChecksumNodes({ algorithm, type }: Upload): readonly XmlNode[] {
  if (algorithm === undefined) return [];
  return [
    ["ChecksumAlgorithm", algorithm],
    ["ChecksumType", type],
  ];
}

function readUploadChecksum(headers: ReadonlyMap<string, string>): {
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly type: ChecksumType;
} {
  const name = headers.get("x-amz-checksum-algorithm");
  const asked = headers.get("x-amz-checksum-type");
  if (name === undefined) {
    if (asked !== undefined) {
      throw invalidRequest(
        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
      );
    }
    return { algorithm: undefined, type: "FULL_OBJECT" };
  }
  const algorithm = supported(name);
  const types = checksumTypes(algorithm);
  const type = asked === undefined ? types[0] : types.find((known) => known === asked);
  if (type === undefined) {
    throw invalidRequest(
      `The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type };
}

/** The types that an algorithm allows for uploads in parts, its default first. */
function checksumTypes(algorithm: ChecksumAlgorithm): readonly ChecksumType[] {
  if (algorithm === "CRC64NVME") return ["FULL_OBJECT"];
  return algorithm.startsWith("CRC") ? ["COMPOSITE", "FULL_OBJECT"] : ["COMPOSITE"];
}

function sortedUploads(bucket: Bucket, keyMarker: string, idMarker: string): readonly Upload[] {
  const sorted = [...bucket.uploads.values()].toSorted((left, right) => {
    return compareUtf8(left.key, right.key) || left.initiatedMs - right.initiatedMs;
  });
  const seen = idMarker === "" ? -1 : sorted.findIndex(({ id }) => id === idMarker);
  return seen >= 0
    ? sorted.slice(seen + 1)
    : sorted.filter(({ key }) => compareUtf8(key, keyMarker) > 0 || keyMarker === "");
}

function uploadNode(upload: Upload, write: (key: string) => string, ownerId: string): XmlNode {
  return [
    "Upload",
    [
      ["Key", write(upload.key)],
      ["UploadId", upload.id],
      ["Initiator", [["ID", ownerId]]],
      ["Owner", [["ID", ownerId]]],
      ["StorageClass", storageClassOf(upload.description)],
      ["Initiated", new Date(upload.initiatedMs).toISOString()],
      ...uploadChecksumNodes(upload),
    ],
  ];
}
