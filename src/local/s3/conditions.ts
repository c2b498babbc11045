import { noSuchKey, notImplemented, preconditionFailed } from "./refusals.ts";
import type { Bucket, StoredObject } from "./store.ts";

/** Where the conditions of a call stand: on the object read, or on the source of a copy. */
export type ConditionPrefix = "" | "x-amz-copy-source-";

/**
 * Whether a reader gets the object: `send`, or `not-modified` when it has it already.
 *
 * The order is that of RFC 9110 section 13.2.2: an ETag that was named outweighs a date.
 *
 * @throws LocalError PreconditionFailed
 */
export function checkReadConditions(
  headers: ReadonlyMap<string, string>,
  object: StoredObject,
  prefix: ConditionPrefix = "",
): "send" | "not-modified" {
  const match = headers.get(`${prefix}if-match`);
  const noneMatch = headers.get(`${prefix}if-none-match`);
  const unmodifiedSince = dateOf(headers.get(`${prefix}if-unmodified-since`));
  const modifiedSince = dateOf(headers.get(`${prefix}if-modified-since`));
  if (match !== undefined && !matches(match, object)) throw preconditionFailed("If-Match");
  if (match === undefined && unmodifiedSince !== undefined && object.lastModifiedMs > unmodifiedSince) {
    throw preconditionFailed("If-Unmodified-Since");
  }
  if (noneMatch !== undefined) return matches(noneMatch, object) ? "not-modified" : "send";
  return modifiedSince !== undefined && object.lastModifiedMs <= modifiedSince ? "not-modified" : "send";
}

/**
 * Holds a write to its conditions; asked before the content is read and again before it is put in place.
 *
 * @throws LocalError PreconditionFailed, NoSuchKey, NotImplemented
 */
export function checkWriteConditions(
  headers: ReadonlyMap<string, string>,
  bucket: Bucket,
  key: string,
): void {
  const before = bucket.find(key);
  const match = headers.get("if-match");
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== undefined && noneMatch !== "*")
    throw notImplemented("If-None-Match with an ETag on a write");
  if (noneMatch === "*" && before !== undefined) throw preconditionFailed("If-None-Match");
  if (match === undefined) return;
  if (before === undefined) throw noSuchKey(key);
  if (!matches(match, before)) throw preconditionFailed("If-Match");
}

function matches(header: string, object: StoredObject): boolean {
  return header
    .split(",")
    .map((etag) => etag.trim().replace(/^W\//, "").replaceAll('"', ""))
    .some((etag) => etag === "*" || etag === object.etag);
}

/** A date that nobody can read is as if it were not there (RFC 9110 section 13.1.3). */
function dateOf(header: string | undefined): number | undefined {
  const date = Date.parse(header ?? "");
  return Number.isNaN(date) ? undefined : date;
}
