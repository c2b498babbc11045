import { elements, malformedXml, readDocument, singleText } from "./s3-document.ts";

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
  const found = elements(root, "Tags").flatMap((list) => elements(list, "Tag"));
  const tags = new Map(
    found.map((tag) => {
      const key = singleText(tag, "Key");
      const value = singleText(tag, "Value");
      if (key === undefined || value === undefined) throw malformedXml();
      return [key, value] as const;
    }),
  );
  if (tags.size !== found.length) throw malformedXml();
  return { ...(location !== undefined && { location }), tags };
}
