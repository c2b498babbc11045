/** Content of an element: text, elements by name, or a list. */
export type XmlContent =
  | string
  | number
  | boolean
  | readonly XmlContent[]
  | { readonly [name: string]: XmlContent | undefined };

/** Writes content; the items of a list become elements `member`, and what is undefined is left out. */
export function xml(content: XmlContent): string {
  if (Array.isArray(content))
    return content.map((each: XmlContent) => `<member>${xml(each)}</member>`).join("");
  if (typeof content !== "object") return escaped(String(content));
  return Object.entries(content)
    .map(([name, inner]) => (inner === undefined ? "" : element(name, inner)))
    .join("");
}

/** A name that ends in `[]` is that of each item of a flattened list. */
function element(name: string, inner: XmlContent): string {
  if (!name.endsWith("[]")) return `<${name}>${xml(inner)}</${name}>`;
  const each = name.slice(0, -2);
  return (inner as readonly XmlContent[]).map((item) => `<${each}>${xml(item)}</${each}>`).join("");
}

/** XML 1.0 has no way to write most control characters, not even as references. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "?")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#13;");
}
