import { XmlElement, XmlText, parseXml } from "@rgrove/parse-xml";
import { LocalError } from "../request.ts";
import type { DeletedObject } from "./s3-requirements.ts";

const MAX_OBJECTS = 1000;

/**
 * Reads which objects a DeleteObjects call is about.
 *
 * @throws LocalError `MalformedXML` for anything but one to a thousand objects with a key each.
 */
export function readDeleteObjects(body: Buffer): readonly DeletedObject[] {
  const objects = elements(readRoot(body), "Object").map((object) => {
    const key = single(object, "Key");
    const versionId = single(object, "VersionId");
    if (key === undefined || key === "") throw malformed();
    return versionId === undefined ? { key } : { key, versionId };
  });
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw malformed();
  return objects;
}

function readRoot(body: Buffer): XmlElement {
  try {
    const { root } = parseXml(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (root?.name === "Delete") return root;
  } catch {
    // S3 does not tell where a document went wrong.
  }
  throw malformed();
}

/** The text of an element that may be there once; undefined when it is not there. */
function single(parent: XmlElement, name: string): string | undefined {
  const found = elements(parent, name);
  if (found.length > 1) throw malformed();
  const [element] = found;
  if (element !== undefined && !element.children.every((child) => child instanceof XmlText))
    throw malformed();
  return element?.text;
}

function elements(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children
    .filter((child) => child instanceof XmlElement)
    .filter((child) => child.name === name);
}

function malformed(): LocalError {
  const message = "The XML you provided was not well-formed or did not validate against our published schema";
  return new LocalError("MalformedXML", message, 400);
}
