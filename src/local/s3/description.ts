import { LocalError } from "../request.ts";
import { readAcl } from "./acl.ts";
import { metadataText } from "./metadata-text.ts";
import { lockHeaders, readLockHeaders } from "./object-lock.ts";
import { invalidArgument, notImplemented } from "./refusals.ts";
import type { Bucket, ObjectDescription, StoredObject } from "./store.ts";
import { readTaggingHeader } from "./tags.ts";

/** Headers of a write that S3 gives back with the object. */
const SYSTEM_HEADERS = [
  "cache-control",
  "content-disposition",
  "content-language",
  "content-type",
  "expires",
  "x-amz-storage-class",
  "x-amz-website-redirect-location",
] as const;

const STORAGE_CLASSES = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
];

const MAX_USER_METADATA_BYTES = 2048;

/**
 * What the headers of a write say of the object to be.
 *
 * @throws LocalError MetadataTooLarge, InvalidTag, InvalidArgument, InvalidStorageClass, NotImplemented
 */
export function readDescription(headers: ReadonlyMap<string, string>, bucket: Bucket): ObjectDescription {
  refuseUnknownProtection(headers);
  return {
    system: readSystemHeaders(headers),
    user: readUserMetadata(headers),
    tags: readTaggingHeader(headers.get("x-amz-tagging")),
    acl: readAcl(headers),
    lock: readLockHeaders(headers, bucket),
  };
}

/** The headers of an answer that carries an object or tells of it. */
export function describedHeaders(object: StoredObject): Record<string, string> {
  const { system, user, tags } = object.description;
  return {
    "content-type": "binary/octet-stream",
    ...system,
    ...Object.fromEntries(Object.entries(user).map(([name, value]) => [name, metadataText(value)])),
    ...lockHeaders(object.description),
    ...(tags.length > 0 && { "x-amz-tagging-count": String(tags.length) }),
    "x-amz-server-side-encryption": "AES256",
    "accept-ranges": "bytes",
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.lastModifiedMs).toUTCString(),
  };
}

/** The storage class of an object, as lists tell it. */
export function storageClassOf({ system }: ObjectDescription): string {
  return system["x-amz-storage-class"] ?? "STANDARD";
}

function readSystemHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  const system: Record<string, string> = {};
  for (const name of SYSTEM_HEADERS) {
    const value = headers.get(name);
    if (value !== undefined && value !== "") system[name] = value;
  }
  const storageClass = system["x-amz-storage-class"] ?? "STANDARD";
  if (!STORAGE_CLASSES.includes(storageClass)) {
    throw new LocalError("InvalidStorageClass", "The storage class you specified is not valid", 400);
  }
  if (storageClass === "STANDARD") delete system["x-amz-storage-class"];
  const encoding = contentEncoding(headers.get("content-encoding"));
  return encoding === undefined ? system : { ...system, "content-encoding": encoding };
}

/** `aws-chunked` describes the transport, so S3 does not keep it. */
function contentEncoding(header: string | undefined): string | undefined {
  const codings = (header ?? "").split(",").map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding !== "" && coding.toLowerCase() !== "aws-chunked");
  return kept.length > 0 ? kept.join(",") : undefined;
}

function readUserMetadata(headers: ReadonlyMap<string, string>): Record<string, string> {
  const user = Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-amz-meta-")));
  const size = Object.entries(user).reduce((sum, [name, value]) => {
    return sum + name.length - "x-amz-meta-".length + Buffer.byteLength(value, "latin1");
  }, 0);
  if (size > MAX_USER_METADATA_BYTES) {
    const message = "Your metadata headers exceed the maximum allowed metadata size";
    throw new LocalError("MetadataTooLarge", message, 400, {
      Size: String(size),
      MaxSizeAllowed: String(MAX_USER_METADATA_BYTES),
    });
  }
  return user;
}

/** A promise of protection that is not kept would be worse than a refusal. */
function refuseUnknownProtection(headers: ReadonlyMap<string, string>): void {
  for (const name of headers.keys()) {
    if (name.startsWith("x-amz-server-side-encryption-customer-"))
      throw notImplemented("A key of the customer (SSE-C)");
  }
  const encryption = headers.get("x-amz-server-side-encryption") ?? "AES256";
  if (encryption === "aws:kms" || encryption === "aws:kms:dsse") throw notImplemented("Encryption with KMS");
  if (encryption !== "AES256") {
    throw invalidArgument(
      "The encryption method specified is not supported",
      "x-amz-server-side-encryption",
      encryption,
    );
  }
}
