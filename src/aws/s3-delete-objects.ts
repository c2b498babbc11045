import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import type { Headers } from "../domain/head.ts";
import { malformed, readText } from "./body.ts";
import { refuseDotSegments } from "./s3-target.ts";

/** One object that DeleteObjects names. */
export interface ObjectToDelete {
  readonly key: string;
  readonly versionId: string | undefined;
}

/** What S3 takes in one call (API reference, DeleteObjects). */
const MAX_OBJECTS = 1000;

/** A declaration that would make another reader take the same bytes for other text. */
const OTHER_ENCODING = /^<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])/i;

/** Conditions on the object that do not change which object it is. */
const CONDITIONS = new Set(["ETag", "LastModifiedTime", "Size"]);

/**
 * Reads the body of DeleteObjects.
 *
 * @throws Refusal body-malformed, header-not-allowed, target-ambiguous
 */
export function readDeleteObjects(headers: Headers, body: Buffer): readonly ObjectToDelete[] {
  const text = readText(headers, body, ["application/xml", "text/xml", "application/octet-stream"]);
  if (text.includes("<!")) throw malformed("a document type, comment or CDATA in XML");
  if (OTHER_ENCODING.test(text)) throw malformed("an XML declaration of another encoding");
  const root = parse(text);
  if (root.name !== "Delete") throw malformed("the root is not Delete");
  const objects: ObjectToDelete[] = [];
  let quiet = 0;
  for (const child of childrenOf(root)) {
    if (child.name === "Object") objects.push(readObject(child));
    else if (child.name !== "Quiet" || ++quiet > 1) throw malformed(`an unexpected ${child.name}`);
  }
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw malformed(`${objects.length} objects`);
  return objects;
}

function parse(text: string): XmlElement {
  try {
    const { root } = parseXml(text);
    if (root !== null) return root;
  } catch (cause) {
    throw malformed("the XML cannot be parsed", cause);
  }
  throw malformed("no root element");
}

function readObject(element: XmlElement): ObjectToDelete {
  const values = new Map<string, string>();
  for (const child of childrenOf(element)) {
    if (values.has(child.name)) throw malformed(`${child.name} twice`);
    if (child.name !== "Key" && child.name !== "VersionId" && !CONDITIONS.has(child.name)) {
      throw malformed(`an unexpected ${child.name}`);
    }
    values.set(child.name, textOf(child));
  }
  const key = values.get("Key");
  const versionId = values.get("VersionId");
  if (key === undefined || key === "" || versionId === "") throw malformed("an object without a key");
  refuseDotSegments(key);
  return { key, versionId };
}

/** The child elements; text between them may only be white space. */
function childrenOf(element: XmlElement): readonly XmlElement[] {
  const elements: XmlElement[] = [];
  for (const child of element.children) {
    if (child instanceof XmlElement) elements.push(child);
    else if (!(child instanceof XmlText) || child.text.trim() !== "") throw malformed("stray text in XML");
  }
  return elements;
}

function textOf(element: XmlElement): string {
  if (element.children.some((child) => !(child instanceof XmlText)))
    throw malformed(`${element.name} is not text`);
  return element.text;
}
