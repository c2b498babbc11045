import { Refusal } from "../../domain/refusal.ts";
import type { Addressing } from "../service.ts";
import type { S3Target } from "./target.ts";

/** How a target is named in what is sent. */
export interface S3Address {
  readonly path: string;
  readonly hostPrefix: string | undefined;
}

/**
 * Names a target as the upstream's endpoint wants it: in the path; before the host; or, where the endpoint stands for one
 * bucket, by its key alone. Clients name the bucket in any case.
 *
 * @throws Refusal upstream-unknown for another bucket than the endpoint's, or none; target-malformed for a bucket with a
 * dot before the host, since no certificate covers it (S3 User Guide, virtual hosting); target-ambiguous
 */
export function addressOf({ level, bucket, path }: S3Target, addressing: Addressing): S3Address {
  if (addressing.bucket !== undefined) {
    if (bucket === addressing.bucket) return { path: keyOf(path, bucket), hostPrefix: undefined };
    throw new Refusal("upstream-unknown", { detail: `the endpoint is that of ${addressing.bucket} alone` });
  }
  if (addressing.style === "path" || level === "service") return { path, hostPrefix: undefined };
  if (bucket.includes(".")) {
    throw new Refusal("target-malformed", { detail: "a bucket with a dot in it, before the host" });
  }
  return { path: keyOf(path, bucket), hostPrefix: `${bucket}.` };
}

/** What follows the bucket in a path. A `//` at its start is a host to some readers (RFC 3986 section 4.2). */
function keyOf(path: string, bucket: string): string {
  const key = path.slice(bucket.length + 1);
  if (key.startsWith("//")) throw new Refusal("target-ambiguous", { detail: "a key that begins with /" });
  return key === "" ? "/" : key;
}
