import { LocalError } from "../request.ts";
import { percentDecode, utf8 } from "./percent.ts";
import { invalidUri } from "./request-head.ts";
import type { S3Address } from "./s3-address.ts";
import type { S3Place } from "./s3-place.ts";

/** What an S3 request is about. */
export interface S3Target {
  /** Also where an access point was named: that of its bucket. */
  readonly bucket?: string;
  /** Decoded. */
  readonly key?: string;
  /** The ARN of the access point that was named in place of the bucket. */
  readonly accessPoint?: string;
}

/**
 * Reads what host and path name: the bucket from the one or the other, the key from what is left of the path.
 *
 * The path is decoded once as a whole and then split at the first slash, so that an escaped slash is a slash.
 *
 * @throws LocalError `InvalidURI`, `InvalidBucketName`, `NoSuchAccessPoint` or `KeyTooLongError`.
 */
export function readS3Target(path: string, address: S3Address, place: S3Place): S3Target {
  const bytes = percentDecode(path, "plus-is-plus");
  const text = bytes === undefined ? undefined : utf8(bytes);
  if (text === undefined) throw invalidUri();
  const whole = text.slice(1);
  if (address.accessPoint !== undefined) return { ...throughAccessPoint(address, place), ...keyOf(whole) };
  if (address.bucket !== undefined) return { bucket: checkBucket(address.bucket), ...keyOf(whole) };
  if (whole === "") return {};
  const slash = whole.indexOf("/");
  const bucket = checkBucket(slash < 0 ? whole : whole.slice(0, slash));
  return { bucket, ...keyOf(slash < 0 ? "" : whole.slice(slash + 1)) };
}

/**
 * Finds the bucket behind an access point.
 *
 * @throws LocalError `NoSuchAccessPoint` 404.
 */
export function findAccessPoint(
  { name, account, region }: { readonly name: string; readonly account: string; readonly region: string },
  place: S3Place,
): { readonly bucket: string; readonly accessPoint: string } {
  const found = place.accessPoints.find((one) => one.name === name);
  if (found === undefined || account !== place.account) {
    const message = "The specified accesspoint does not exist";
    throw new LocalError("NoSuchAccessPoint", message, 404, { AccessPointName: name });
  }
  return { bucket: found.bucket, accessPoint: `arn:aws:s3:${region}:${account}:accesspoint/${name}` };
}

function throughAccessPoint({ accessPoint, region }: S3Address, place: S3Place): S3Target {
  const { name = "", account = "" } = accessPoint ?? {};
  return findAccessPoint({ name, account, region: region ?? place.region }, place);
}

function checkBucket(bucket: string): string {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return bucket;
  const fields = { BucketName: bucket };
  throw new LocalError("InvalidBucketName", "The specified bucket is not valid.", 400, fields);
}

function keyOf(key: string): { readonly key?: string } {
  if (Buffer.byteLength(key, "utf8") > 1024) {
    throw new LocalError("KeyTooLongError", "Your key is too long", 400, { MaxSizeAllowed: "1024" });
  }
  return key === "" ? {} : { key };
}
