import { malformed } from "../body.ts";
import { checkKey } from "./target.ts";
import { isVersionId } from "./version-id.ts";
import { membersOf, parseStrictXml, textOf } from "../strict-xml.ts";

/** One object that DeleteObjects names. */
export interface ObjectToDelete {
  readonly key: string;
  readonly versionId: string | undefined;
  /** It is deleted only if it has this one. */
  readonly etag: string | undefined;
}

/** What S3 takes in one call (API reference, DeleteObjects). */
const MAX_OBJECTS = 1000;

/** `Key` and `VersionId` name the object; the rest are conditions on it, of which `ETag` alone needs to be allowed. */
const MEMBERS = ["Key", "VersionId", "ETag", "LastModifiedTime", "Size"];

/**
 * Reads the body of DeleteObjects. White space is a part of a key wherever it stands: to S3 a space alone is a key too (API
 * reference, DeleteObjects, of which it is said that directory buckets take none such).
 *
 * @throws Refusal body-malformed, target-malformed, target-ambiguous
 */
export function readDeleteObjects(text: string): readonly ObjectToDelete[] {
  const objects = membersOf(parseStrictXml(text, "Delete"), ["Quiet"], ["Object"]).get("Object") ?? [];
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw malformed(`${objects.length} objects`);
  return objects.map((object) => {
    const members = membersOf(object, MEMBERS);
    const key = textOf(members, "Key") ?? "";
    const versionId = textOf(members, "VersionId");
    if (key === "") throw malformed("an object without a key");
    if (versionId !== undefined && !isVersionId(versionId)) throw malformed("a version that is none");
    checkKey(key);
    return { key, versionId, etag: textOf(members, "ETag") };
  });
}
