import { XmlElement, XmlText, parseXml } from "@rgrove/parse-xml";
import type { LocalAnswer } from "../request.ts";
import { malformedXml } from "./refusals.ts";

/** An element to write: its name, its text or its children (an undefined child is left out), its attributes. */
export type XmlNode = readonly [
  name: string,
  content: string | number | boolean | readonly (XmlNode | undefined)[],
  attributes?: Readonly<Record<string, string>>,
];

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** An answer whose body is an XML document. */
export function xmlAnswer(
  [name, content]: XmlNode,
  headers: Readonly<Record<string, string>> = {},
): LocalAnswer & { readonly body: string } {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${renderXml([name, content, { xmlns: NAMESPACE }])}`;
  return { status: 200, headers: { "content-type": "application/xml", ...headers }, body };
}

/**
 * Reads a document whose root has the given name.
 *
 * @throws LocalError MalformedXML
 */
export function readXml(document: Buffer, rootName: string): XmlElement {
  try {
    const { root } = parseXml(document.toString("utf8"));
    if (root?.name === rootName) return root;
  } catch {
    // Where the parser stumbled is nothing that S3 would tell.
  }
  throw malformedXml();
}

/** The child elements of a name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter(
    (child) => child instanceof XmlElement && child.name === name,
  ) as XmlElement[];
}

/**
 * The text of the one child of a name; undefined when there is none.
 *
 * @throws LocalError MalformedXML when there are several, or when it holds elements
 */
export function textOf(element: XmlElement, name: string): string | undefined {
  const [child, ...others] = childrenOf(element, name);
  if (others.length > 0) throw malformedXml();
  if (child === undefined) return undefined;
  if (!child.children.every((node) => node instanceof XmlText)) throw malformedXml();
  return child.text;
}

/** An element as text. */
export function renderXml([name, content, attributes = {}]: XmlNode): string {
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${escape(value)}"`);
  return `<${name}${written.join("")}>${inner(content)}</${name}>`;
}

function inner(content: XmlNode[1]): string {
  if (typeof content !== "object") return escape(String(content));
  return content
    .filter((node) => node !== undefined)
    .map(renderXml)
    .join("");
}

/** Control characters become references, as S3 writes them, although XML 1.0 knows no such references. */
function escape(text: string): string {
  // oxlint-disable-next-line no-control-regex -- keys may hold any character
  return text.replaceAll(/[&<>"'\u0000-\u001f\u007f\ufffe\uffff]/g, (character) => {
    return NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });
}

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
