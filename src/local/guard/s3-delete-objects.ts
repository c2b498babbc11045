import { elements, malformedXml, readDocument, singleText } from "./s3-document.ts";

/** An object that a DeleteObjects call names. */
export interface DeletedObject {
  readonly key: string;
  readonly versionId?: string;
  /** The object goes only if it has this one. */
  readonly etag?: string;
}

const MAX_OBJECTS = 1000;

/**
 * Reads which objects a DeleteObjects call is about.
 *
 * @throws LocalError `MalformedXML` for anything but one to a thousand objects with a key each.
 */
export function readDeleteObjects(body: Buffer): readonly DeletedObject[] {
  const objects = elements(readDocument(body, "Delete"), "Object").map((object) => {
    const key = singleText(object, "Key");
    const versionId = singleText(object, "VersionId");
    const etag = singleText(object, "ETag");
    if (key === undefined || key === "") throw malformedXml();
    return { key, ...(versionId !== undefined && { versionId }), ...(etag !== undefined && { etag }) };
  });
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw malformedXml();
  return objects;
}
