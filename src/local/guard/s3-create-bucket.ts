import { elements, readDocument, singleText } from "./s3-document.ts";
import { readTags } from "./s3-tags.ts";

/** What the document of a CreateBucket call says. */
export interface NewBucket {
  readonly location?: string;
  readonly tags: ReadonlyMap<string, string>;
}

/**
 * Reads the document of a CreateBucket call; without one the bucket has no tags, and is where the endpoint is.
 *
 * @throws LocalError `MalformedXML`.
 */
export function readCreateBucket(body: Buffer): NewBucket {
  if (body.length === 0) return { tags: new Map() };
  const root = readDocument(body, "CreateBucketConfiguration");
  const location = singleText(root, "LocationConstraint");
  const tags = readTags(...elements(root, "Tags"));
  return { ...(location !== undefined && { location }), tags };
}
