import type { LocalAnswer } from "../request.ts";
import { readAcl } from "./acl.ts";
import type { ByteRange } from "./bodies.ts";
import type { ChecksumAlgorithm, StoredChecksum } from "./checksum.ts";
import { checkReadConditions, checkWriteConditions } from "./conditions.ts";
import { findCopySource } from "./copy-source.ts";
import { readDescription } from "./description.ts";
import { measure, supported } from "./integrity.ts";
import { placeReceived, storeReceived } from "./put-object.ts";
import { keep } from "./receive.ts";
import type { Received } from "./receive.ts";
import { invalidArgument, invalidRequest, preconditionFailed } from "./refusals.ts";
import type { S3Context, S3Request } from "./request.ts";
import type { Bucket, ObjectDescription, StoredObject } from "./store.ts";
import { readTaggingHeader } from "./tags.ts";
import { xmlAnswer } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

const MAX_COPY_BYTES = 5 * 1024 ** 3;

/** CopyObject. */
export async function copyObject(context: S3Context, request: S3Request): Promise<LocalAnswer> {
  const { bucket: name, key = "", headers } = request;
  checkWriteConditions(headers, context.store.bucket(name), key);
  const source = findUnchangedSource(context, request);
  const description = describeCopy(headers, context.store.bucket(name), source);
  if (source === context.store.bucket(name).find(key)) refuseIdleCopy(headers);
  const asked = headers.get("x-amz-checksum-algorithm");
  const algorithm = asked === undefined ? source.checksum.algorithm : supported(asked);
  if (source.body.size > MAX_COPY_BYTES) throw tooLargeToCopy();
  const received = await copyBytes(context, request, { source, algorithm });
  const object = placeReceived(received, () => {
    const bucket = context.store.bucket(name);
    checkWriteConditions(headers, bucket, key);
    return storeReceived(context, bucket, key, { received, description });
  });
  return xmlAnswer(["CopyObjectResult", copyNodes(object)], { "x-amz-server-side-encryption": "AES256" });
}

/**
 * The source of a copy, once its conditions hold; for a copy, not modified is a failed condition.
 *
 * @throws LocalError PreconditionFailed, and what {@link findCopySource} throws
 */
export function findUnchangedSource(context: S3Context, request: S3Request): StoredObject {
  const source = findCopySource(context, request);
  if (checkReadConditions(request.headers, source, "x-amz-copy-source-") === "not-modified") {
    throw preconditionFailed("If-None-Match");
  }
  return source;
}

/** Copies the bytes of an object, or a range of them, and measures them as if they had come from outside. */
export async function copyBytes(
  context: S3Context,
  request: S3Request,
  from: {
    readonly source: StoredObject;
    readonly range?: ByteRange | undefined;
    readonly algorithm: ChecksumAlgorithm;
  },
): Promise<Received> {
  const { source: bytes, measured } = measure(from.source.body.read(from.range), from.algorithm);
  return { body: await keep(context, request, bytes), measured: measured() };
}

/** What a copy tells of the object or the part that it made. */
export function copyNodes(made: {
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly checksum: StoredChecksum;
}): readonly XmlNode[] {
  return [
    ["LastModified", new Date(made.lastModifiedMs).toISOString()],
    ["ETag", `"${made.etag}"`],
    ["ChecksumType", made.checksum.type],
    ...checksumNodes(made.checksum),
  ];
}

/** A checksum as XML tells it: `<ChecksumCRC32>`. */
export function checksumNodes(checksum: StoredChecksum): readonly XmlNode[] {
  return [[`Checksum${checksum.algorithm}`, checksum.value]];
}

function describeCopy(
  headers: ReadonlyMap<string, string>,
  bucket: Bucket,
  source: StoredObject,
): ObjectDescription {
  const fresh = readDescription(headers, bucket);
  const described = isReplace(headers, "x-amz-metadata-directive")
    ? fresh
    : keepDescription(fresh, source.description);
  const tags = isReplace(headers, "x-amz-tagging-directive")
    ? readTaggingHeader(headers.get("x-amz-tagging"))
    : source.description.tags;
  return { ...described, tags, acl: readAcl(headers), lock: fresh.lock ?? {} };
}

/** The storage class belongs to the copy, not to what is copied. */
function keepDescription(fresh: ObjectDescription, source: ObjectDescription): ObjectDescription {
  const { "x-amz-storage-class": _, ...system } = source.system;
  const storageClass = fresh.system["x-amz-storage-class"];
  return {
    ...source,
    system: storageClass === undefined ? system : { ...system, "x-amz-storage-class": storageClass },
  };
}

function isReplace(headers: ReadonlyMap<string, string>, name: string): boolean {
  const directive = headers.get(name) ?? "COPY";
  if (directive !== "COPY" && directive !== "REPLACE")
    throw invalidArgument("Unknown directive.", name, directive);
  return directive === "REPLACE";
}

function tooLargeToCopy(): Error {
  return invalidRequest(
    `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_COPY_BYTES}`,
  );
}

function refuseIdleCopy(headers: ReadonlyMap<string, string>): void {
  const changes = ["x-amz-storage-class", "x-amz-website-redirect-location", "x-amz-server-side-encryption"];
  if (isReplace(headers, "x-amz-metadata-directive") || changes.some((name) => headers.has(name))) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}
