import { readCopySource } from "../guard/s3-copy-source.ts";
import { LocalError } from "../request.ts";
import { invalidArgument } from "./refusals.ts";
import type { S3Context, S3Request } from "./request.ts";
import type { StoredObject } from "./store.ts";

/**
 * The object that `x-amz-copy-source` names, read as the guard reads it: what was allowed is what is copied.
 *
 * @throws LocalError InvalidArgument, NoSuchBucket, NoSuchKey, AccessDenied
 */
export function findCopySource(context: S3Context, { headers }: S3Request): StoredObject {
  const { bucket, key, versionId = "null" } = readCopySource(headers.get("x-amz-copy-source") ?? "");
  if (versionId !== "null") throw invalidArgument("Invalid version id specified", "versionId", versionId);
  const owner = headers.get("x-amz-source-expected-bucket-owner") ?? context.account;
  if (owner !== context.account) throw new LocalError("AccessDenied", "Access Denied", 403);
  return context.store.bucket(bucket).object(key);
}
