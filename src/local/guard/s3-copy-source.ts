import { LocalError } from "../request.ts";
import { percentDecode, utf8 } from "./percent.ts";

/** The object that a copy is made of. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

const VERSION = "?versionId=";

/**
 * Reads `x-amz-copy-source`: `[/]bucket/key[?versionId=…]`, percent-encoded, `+` for a space.
 *
 * @throws LocalError `InvalidArgument` when it names no object, `NotImplemented` for an access point.
 */
export function readCopySource(value: string): CopySource {
  if (value.startsWith("arn:")) {
    throw new LocalError("NotImplemented", "Access points are not implemented by the stand-in.", 501);
  }
  const question = value.indexOf(VERSION);
  const path = decode(question < 0 ? value : value.slice(0, question));
  const versionId = question < 0 ? undefined : decode(value.slice(question + VERSION.length));
  const whole = path.startsWith("/") ? path.slice(1) : path;
  const slash = whole.indexOf("/");
  const bucket = whole.slice(0, Math.max(slash, 0));
  const key = whole.slice(slash + 1);
  if (bucket === "" || key === "" || versionId === "") throw invalid(value);
  return versionId === undefined ? { bucket, key } : { bucket, key, versionId };
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
