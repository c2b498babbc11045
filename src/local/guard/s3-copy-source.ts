import { LocalError } from "../request.ts";
import { percentDecode, percentEncode, utf8 } from "./percent.ts";
import { LOCAL_PLACE } from "./s3-place.ts";
import type { S3Place } from "./s3-place.ts";
import { findAccessPoint } from "./s3-target.ts";

/** The object that a copy is made of. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  /** The ARN of the access point that was named in place of the bucket. */
  readonly accessPoint?: string;
}

const VERSION = "?versionId=";
const ACCESS_POINT =
  /^arn:aws:s3:(?<region>[a-z0-9-]+):(?<account>\d{12}):accesspoint\/(?<name>[^/]+)\/object\/(?<key>[^]+)$/;

/**
 * Reads `x-amz-copy-source`: `[/]bucket/key[?versionId=…]` or `arn:…:accesspoint/name/object/key`, percent-encoded, `+`
 * for a space.
 *
 * @throws LocalError `InvalidArgument` when it names no object, `NoSuchAccessPoint`, `NotImplemented` for other ARNs.
 */
export function readCopySource(value: string, place: S3Place = LOCAL_PLACE): CopySource {
  const question = value.indexOf(VERSION);
  const path = decode(question < 0 ? value : value.slice(0, question));
  const versionId = question < 0 ? undefined : decode(value.slice(question + VERSION.length));
  const named = path.startsWith("arn:") ? readArn(path, place) : readPath(path);
  if (named.bucket === "" || named.key === "" || versionId === "") throw invalid(value);
  return versionId === undefined ? named : { ...named, versionId };
}

/** The same source by its bucket, as the header is written. */
export function writeCopySource({ bucket, key, versionId }: CopySource): string {
  const path = `${bucket}/${encode(key, "keep-slash")}`;
  return versionId === undefined ? path : `${path}${VERSION}${encode(versionId, "encode-slash")}`;
}

function readPath(path: string): CopySource {
  const whole = path.startsWith("/") ? path.slice(1) : path;
  const slash = whole.indexOf("/");
  return { bucket: whole.slice(0, Math.max(slash, 0)), key: whole.slice(slash + 1) };
}

function readArn(arn: string, place: S3Place): CopySource {
  const { region = "", account = "", name = "", key = "" } = ACCESS_POINT.exec(arn)?.groups ?? {};
  if (key === "") {
    throw new LocalError("NotImplemented", "Only access points are copied from by their ARN here.", 501);
  }
  return { ...findAccessPoint({ name, account, region }, place), key };
}

function encode(text: string, slash: "keep-slash" | "encode-slash"): string {
  return percentEncode(Buffer.from(text, "utf8").toString("latin1"), slash);
}

function decode(text: string): string {
  const bytes = percentDecode(text, "plus-is-space");
  const decoded = bytes === undefined ? undefined : utf8(bytes);
  if (decoded === undefined) throw invalid(text);
  return decoded;
}

function invalid(value: string): LocalError {
  const message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
  const fields = { ArgumentName: "x-amz-copy-source", ArgumentValue: value };
  return new LocalError("InvalidArgument", message, 400, fields);
}
