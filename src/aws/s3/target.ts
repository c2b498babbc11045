import { decodePercent, encodePath } from "../../domain/percent.ts";
import { Refusal } from "../../domain/refusal.ts";

/** What an S3 path names, and the bytes that name it upstream. */
export interface S3Target {
  readonly level: "service" | "bucket" | "object";
  readonly bucket: string;
  /** Decoded. Empty below the level `object`: an empty key is the bucket. */
  readonly key: string;
  /** The path to sign and send. */
  readonly path: string;
}

/** Visible ASCII without `#`, which ends a path, `?`, which ends it too, and `\`, which some read as `/`. */
const RAW_PATH = /^\/[!"$->@-[\]-~]*$/;

/** Names of general purpose buckets (S3 User Guide, bucket naming rules). */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Dots in a row, and an IP address: names with dots that are none. */
const BAD_DOTS = /\.\.|^\d+\.\d+\.\d+\.\d+$/;

/**
 * Names by which AWS means something else than a bucket: aliases of access points, Object Lambda, multi-region access
 * points, Outposts, directory and table buckets. A rule about the bucket behind one would not see it.
 */
const ALIAS_PREFIX = /^(?:xn--|sthree-|amzn-s3-demo-)/;
const ALIAS_SUFFIXES = ["-s3alias", ".mrap"];
const DOUBLE_DASH_SUFFIX = /--[a-z0-9]+-s3$/;

const DOT_SEGMENT = /(?:^|\/)\.\.?(?:\/|$)/;

/** In UTF-8 bytes (S3 User Guide, object key names). */
const MAX_KEY_BYTES = 1024;

/**
 * Reads an S3 path as S3 does: decoded once as a whole, then split at the first slash.
 *
 * The path is built anew from what was understood, each byte of the key escaped by RFC 3986, so that what is matched
 * is what is signed and what is sent.
 *
 * @param path as the client sent it, without the query
 * @throws Refusal target-malformed, target-ambiguous
 */
export function readS3Target(path: string): S3Target {
  if (!RAW_PATH.test(path)) throw new Refusal("target-malformed", { detail: "a raw character in the path" });
  if (path.startsWith("//")) throw new Refusal("target-ambiguous", { detail: "the path starts with //" });
  const decoded = decodePercent(path);
  if (decoded === undefined) throw new Refusal("target-malformed", { detail: "an escape is not UTF-8" });
  if (decoded === "/") return { level: "service", bucket: "", key: "", path: "/" };
  const slash = decoded.indexOf("/", 1);
  const bucket = checkBucket(slash === -1 ? decoded.slice(1) : decoded.slice(1, slash));
  const key = slash === -1 ? "" : checkKey(decoded.slice(slash + 1));
  if (key === "") return { level: "bucket", bucket, key, path: `/${bucket}` };
  return { level: "object", bucket, key, path: `/${bucket}/${encodePath(key)}` };
}

/**
 * Lets through a bucket name that can mean nothing but a bucket.
 *
 * @throws Refusal target-malformed, target-ambiguous
 */
export function checkBucket(bucket: string): string {
  if (!BUCKET.test(bucket) || (bucket.includes(".") && BAD_DOTS.test(bucket))) {
    throw new Refusal("target-malformed", { detail: "not a bucket name" });
  }
  if (isAlias(bucket)) throw new Refusal("target-ambiguous", { detail: `${bucket} is an alias` });
  return bucket;
}

function isAlias(bucket: string): boolean {
  return (
    ALIAS_PREFIX.test(bucket) ||
    ALIAS_SUFFIXES.some((suffix) => bucket.endsWith(suffix)) ||
    (bucket.endsWith("-s3") && DOUBLE_DASH_SUFFIX.test(bucket))
  );
}

/**
 * Lets through a key that S3 can hold and that has one reading: S3 would keep a `.` or `..` segment, but something on
 * the way may resolve it.
 *
 * @throws Refusal target-malformed, target-ambiguous
 */
export function checkKey(key: string): string {
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new Refusal("target-malformed", { detail: "a key of more than 1024 bytes" });
  }
  if (DOT_SEGMENT.test(key)) throw new Refusal("target-ambiguous", { detail: "a dot segment in a key" });
  return key;
}
