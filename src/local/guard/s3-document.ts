import { XmlElement, XmlText, parseXml } from "@rgrove/parse-xml";
import { LocalError } from "../request.ts";

/**
 * Reads an XML document whose root has this name.
 *
 * @throws LocalError `MalformedXML` for anything else.
 */
export function readDocument(body: Buffer, rootName: string): XmlElement {
  try {
    const { root } = parseXml(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (root?.name === rootName) return root;
  } catch {
    // S3 does not tell where a document went wrong.
  }
  throw malformedXml();
}

/**
 * The text of an element that may be there once; undefined when it is not there.
 *
 * @throws LocalError `MalformedXML` where it is there twice, or has elements in it.
 */
export function singleText(parent: XmlElement, name: string): string | undefined {
  const [element, ...others] = elements(parent, name);
  if (others.length > 0) throw malformedXml();
  if (element?.children.every((child) => child instanceof XmlText) === false) throw malformedXml();
  return element?.text;
}

/** The elements of a name, in order. */
export function elements(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children
    .filter((child) => child instanceof XmlElement)
    .filter((child) => child.name === name);
}

/** S3's answer to a document that is not what it ought to be. */
export function malformedXml(): LocalError {
  const message = "The XML you provided was not well-formed or did not validate against our published schema";
  return new LocalError("MalformedXML", message, 400);
}
