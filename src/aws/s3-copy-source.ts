import { decodePercent, encodePath, encodePercent } from "../domain/percent.ts";
import { Refusal } from "../domain/refusal.ts";
import { checkBucket, refuseDotSegments } from "./s3-target.ts";

/** The object that a copy reads. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  /** The header value to sign and send. */
  readonly header: string;
}

const VERSION = "?versionId=";

/**
 * Reads `x-amz-copy-source`: `[/]bucket/key[?versionId=…]`, the version split off before anything is decoded, since an
 * escaped `?` belongs to the key. The ARN forms of access points are not read.
 *
 * @throws Refusal header-not-allowed, target-malformed, target-ambiguous
 */
export function readCopySource(value: string): CopySource {
  const mark = value.indexOf("?");
  if (mark !== -1 && !value.startsWith(VERSION, mark)) throw unreadable("a query other than versionId");
  const path = decodePercent(mark === -1 ? value : value.slice(0, mark));
  const versionId = mark === -1 ? undefined : decodePercent(value.slice(mark + VERSION.length));
  if (path === undefined || (mark !== -1 && (versionId === undefined || versionId === ""))) {
    throw unreadable("an escape that is not UTF-8");
  }
  if (path.startsWith("arn:")) throw unreadable("an ARN");
  const bare = path.startsWith("/") ? path.slice(1) : path;
  const slash = bare.indexOf("/");
  if (slash === -1 || slash === bare.length - 1) throw unreadable("no key");
  const bucket = checkBucket(bare.slice(0, slash));
  const key = bare.slice(slash + 1);
  refuseDotSegments(key);
  const version = versionId === undefined ? "" : `${VERSION}${encodePercent(versionId)}`;
  return { bucket, key, versionId, header: `/${bucket}/${encodePath(key)}${version}` };
}

function unreadable(what: string): Refusal {
  return new Refusal("header-not-allowed", { detail: `x-amz-copy-source with ${what}` });
}
