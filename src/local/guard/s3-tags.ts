import type { XmlElement } from "@rgrove/parse-xml";
import { elements, malformedXml, singleText } from "./s3-document.ts";

/**
 * Reads the `Tag` elements of a list, each with its `Key` and its `Value`.
 *
 * @throws LocalError `MalformedXML`, also where a key is there twice.
 */
export function readTags(...lists: readonly XmlElement[]): ReadonlyMap<string, string> {
  const found = lists.flatMap((list) => elements(list, "Tag"));
  const tags = new Map(
    found.map((tag) => {
      const key = singleText(tag, "Key");
      const value = singleText(tag, "Value");
      if (key === undefined || value === undefined) throw malformedXml();
      return [key, value] as const;
    }),
  );
  if (tags.size !== found.length) throw malformedXml();
  return tags;
}
