import { decodePercent, encodePath, encodePercent } from "../../domain/percent.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBucket, checkKey } from "./target.ts";
import { isVersionId } from "./version-id.ts";

/** The object that a copy reads. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  /** The header value to sign and send. */
  readonly header: string;
}

/** `[/]bucket/key[?versionId=…]` in printable ASCII, without what may end it early (`?`, `#`, `&`) or stand for `/`. */
const FORM = /^\/?(?<path>[ -"$->@-[\]-~]+)(?:\?versionId=(?<version>[!"$%'->@-[\]-~]+))?$/;

/**
 * Reads `x-amz-copy-source`. The version is split off before anything is decoded, since an escaped `?` belongs to the
 * key. The ARN forms of access points are not read.
 *
 * @throws Refusal header-not-allowed, target-malformed, target-ambiguous
 */
export function readCopySource(value: string): CopySource {
  const { path, version } = FORM.exec(value)?.groups ?? {};
  const decoded = decodePercent(path ?? "");
  const versionId = version === undefined ? undefined : decodePercent(version);
  if (!decoded || (version !== undefined && !isVersionId(versionId ?? ""))) throw unreadable();
  const slash = decoded.indexOf("/");
  if (slash === -1 || slash === decoded.length - 1) throw unreadable();
  const bucket = checkBucket(decoded.slice(0, slash));
  const key = checkKey(decoded.slice(slash + 1));
  const suffix = versionId === undefined ? "" : `?versionId=${encodePercent(versionId)}`;
  return { bucket, key, versionId, header: `/${bucket}/${encodePath(key)}${suffix}` };
}

function unreadable(): Refusal {
  return new Refusal("header-not-allowed", { detail: "x-amz-copy-source of another form than /bucket/key" });
}
