import { decodePercent, encodePath } from "../domain/percent.ts";
import { Refusal } from "../domain/refusal.ts";

/** What an S3 path names, and the bytes that name it upstream. */
export interface S3Target {
  readonly level: "service" | "bucket" | "object";
  readonly bucket: string;
  /** Decoded. Empty below the level `object`: an empty key is the bucket. */
  readonly key: string;
  /** The path to sign and send. */
  readonly path: string;
}

/** General purpose bucket names (S3 User Guide, bucket naming rules); the IP address form is refused by length of labels. */
const BUCKET = /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/;

/**
 * Names by which AWS means something else than a bucket: access point aliases, Object Lambda, multi-region access
 * points, directory and table buckets. A rule about the bucket behind one would not see it.
 */
const ALIAS_PREFIXES = ["xn--", "sthree-", "amzn-s3-demo-"];
const ALIAS_SUFFIXES = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/**
 * Reads an S3 path as S3 does: decoded once as a whole, then split at the first slash.
 *
 * The path is built anew from what was understood, each byte of the key escaped by RFC 3986, so that what is matched
 * is what is signed and what is sent.
 *
 * @param path as the client sent it, starting with `/`
 * @throws Refusal target-malformed, target-ambiguous
 */
export function readS3Target(path: string): S3Target {
  if (path.startsWith("//")) throw new Refusal("target-ambiguous", { detail: "the path starts with //" });
  const decoded = decodePercent(path);
  if (decoded === undefined) throw new Refusal("target-malformed", { detail: "an escape is not UTF-8" });
  if (decoded === "/") return { level: "service", bucket: "", key: "", path: "/" };
  const slash = decoded.indexOf("/", 1);
  const bucket = checkBucket(slash === -1 ? decoded.slice(1) : decoded.slice(1, slash));
  const key = slash === -1 ? "" : decoded.slice(slash + 1);
  if (key === "") return { level: "bucket", bucket, key, path: `/${bucket}` };
  refuseDotSegments(key);
  return { level: "object", bucket, key, path: `/${bucket}/${encodePath(key)}` };
}

/**
 * Lets through a bucket name that can mean nothing but a bucket.
 *
 * @throws Refusal target-malformed, target-ambiguous
 */
export function checkBucket(bucket: string): string {
  if (!BUCKET.test(bucket)) throw new Refusal("target-malformed", { detail: "not a bucket name" });
  const alias =
    ALIAS_PREFIXES.some((prefix) => bucket.startsWith(prefix)) ||
    ALIAS_SUFFIXES.some((suffix) => bucket.endsWith(suffix));
  if (alias) throw new Refusal("target-ambiguous", { detail: `${bucket} is an alias of something else` });
  return bucket;
}

/**
 * Refuses a `.` or `..` segment: S3 would keep it, but something on the way may resolve it.
 *
 * @throws Refusal target-ambiguous
 */
export function refuseDotSegments(key: string): void {
  if (!key.includes(".")) return;
  for (const segment of key.split("/")) {
    if (segment === "." || segment === "..")
      throw new Refusal("target-ambiguous", { detail: "a dot segment" });
  }
}
