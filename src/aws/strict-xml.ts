import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import { malformed } from "./body.ts";

/** The members of an XML element, by name; a name that stood more than once has all its elements. */
export type XmlMembers = ReadonlyMap<string, readonly XmlElement[]>;

/** The declaration that says what holds without one: version 1.0, UTF-8. */
const DECLARATION = /^<\?xml\s+version\s*=\s*(["'])1\.0\1(?:\s+encoding\s*=\s*(["'])utf-8\2)?\s*\?>/i;

/** In characters; a thousand keys of 1,024 bytes, with some of them escaped, come to less. */
const MAX_LENGTH = 2 * 1024 * 1024;

/** The root's tag, with the one attribute that S3's documents have: their namespace. */
const ROOT_TAG = /^\s*<[^\s<>="']+(?:\s+xmlns\s*=\s*(["'])[^<>&"']*\1)?\s*\/?>/;

/** In characters, of one tag: room for any name, and for a namespace. */
const MAX_TAG = 1024;

/** Of start and end tags; a thousand objects to delete, with all their members, have some 12,000. */
const MAX_TAGS = 20_000;

/**
 * Parses XML in which there is nothing but elements and text: what readers disagree on (document types, CDATA,
 * comments, processing instructions, other encodings, attributes) is refused.
 *
 * @param rootName the name that the root element must have
 * @throws Refusal body-malformed
 */
export function parseStrictXml(text: string, rootName: string): XmlElement {
  if (text.length > MAX_LENGTH) throw malformed("XML of too many characters");
  // XML 1.0 section 2.11, done here at once: the parser takes time by the square of their number for it.
  const content = text.replace(DECLARATION, "").replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  if (content.includes("<!") || content.includes("<?")) throw malformed("XML of more than elements and text");
  checkTags(content);
  let root: XmlElement | null;
  try {
    root = parseXml(content).root;
  } catch (cause) {
    throw malformed("the XML cannot be parsed", cause);
  }
  if (root?.name !== rootName) throw malformed(`the root is not ${rootName}`);
  return root;
}

/**
 * Refuses attributes before they are built, and too many tags. Text cannot hold a raw `<`, so that each begins a tag; one
 * without a `=` has no attributes.
 */
function checkTags(content: string): void {
  const [root] = ROOT_TAG.exec(content) ?? [];
  if (root === undefined || root.trimStart().length > MAX_TAG)
    throw malformed("a root of more than its name");
  let tags = 1;
  let end = root.length;
  for (let at = content.indexOf("<", end); at !== -1; at = content.indexOf("<", end)) {
    end = content.indexOf(">", at);
    if (end === -1 || end - at > MAX_TAG) throw malformed("a tag without an end");
    if (content.slice(at, end).includes("=")) throw malformed("an attribute in XML");
    if (++tags > MAX_TAGS) throw malformed("XML of too many elements");
  }
}

/**
 * The child elements by name, of which there may be no others than these. Between them may be white space only.
 *
 * @param once names that may stand once
 * @param often names that may stand any number of times
 * @throws Refusal body-malformed
 */
export function membersOf(
  element: XmlElement,
  once: readonly string[],
  often: readonly string[] = [],
): XmlMembers {
  const members = new Map<string, XmlElement[]>();
  for (const child of element.children) {
    if (child instanceof XmlElement) {
      const others = members.get(child.name);
      const fits = often.includes(child.name) || (others === undefined && once.includes(child.name));
      if (!fits || Object.keys(child.attributes).length > 0) throw malformed(`an unexpected ${child.name}`);
      if (others === undefined) members.set(child.name, [child]);
      else others.push(child);
    } else if (!(child instanceof XmlText) || child.text.trim() !== "") {
      throw malformed("stray text in XML");
    }
  }
  return members;
}

/**
 * The text of a member that stands once or not at all.
 *
 * @throws Refusal body-malformed
 */
export function textOf(members: XmlMembers, name: string): string | undefined {
  const [element] = members.get(name) ?? [];
  return element && textIn(element);
}

/**
 * The text of an element in which there is nothing else.
 *
 * @throws Refusal body-malformed
 */
export function textIn(element: XmlElement): string {
  if (element.children.some((child) => !(child instanceof XmlText))) {
    throw malformed(`${element.name} is not text`);
  }
  return element.text;
}
