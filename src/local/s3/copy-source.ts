import { LocalError } from "../request.ts";
import { invalidArgument } from "./refusals.ts";
import type { S3Context, S3Request } from "./request.ts";
import type { StoredObject } from "./store.ts";

/**
 * The object that `x-amz-copy-source` names: `/bucket/key` or `bucket/key`, percent-encoded, `?versionId=null` at most.
 *
 * @throws LocalError InvalidArgument, NoSuchBucket, NoSuchKey, AccessDenied
 */
export function findCopySource(context: S3Context, { headers }: S3Request): StoredObject {
  const header = headers.get("x-amz-copy-source") ?? "";
  const [path = "", version = "versionId=null"] = header.split("?");
  const [, bucket = "", key = ""] = /^\/?([^/]+)\/(.+)$/s.exec(decode(path, header)) ?? [];
  if (bucket === "" || key === "") {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      header,
    );
  }
  if (version !== "versionId=null")
    throw invalidArgument("Invalid version id specified", "x-amz-copy-source", header);
  const owner = headers.get("x-amz-source-expected-bucket-owner") ?? context.account;
  if (owner !== context.account) throw new LocalError("AccessDenied", "Access Denied", 403);
  return context.store.bucket(bucket).object(key);
}

function decode(path: string, header: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalidArgument("Invalid copy source encoding.", "x-amz-copy-source", header);
  }
}
