import { plainText } from "../../../domain/plain-text.ts";

/** What was written of configurations that still run: they change at a reload, and are looked at each second. */
const written = new WeakMap<object, readonly string[]>();

/** A configuration as text, nearly as YAML writes it: for people to read, and not to be read back. The same one gives the same lines. */
export function documentLines(document: unknown): readonly string[] {
  if (!isObject(document)) return linesOf(document, "");
  const lines = written.get(document) ?? linesOf(document, "");
  written.set(document, lines);
  return lines;
}

function linesOf(value: unknown, indent: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => entryLines("-", one, indent));
  if (isObject(value))
    return Object.entries(value).flatMap(([name, one]) => entryLines(`${textOf(name)}:`, one, indent));
  return [`${indent}${scalarOf(value)}`];
}

function entryLines(head: string, value: unknown, indent: string): readonly string[] {
  if (!isFilled(value)) return [`${indent}${head} ${scalarOf(value)}`];
  if (Array.isArray(value) && !value.some(isFilled))
    return [`${indent}${head} [${value.map(scalarOf).join(", ")}]`];
  const inside = linesOf(value, `${indent}  `);
  // The first line of an entry of a list stands behind its dash.
  if (head !== "-") return [`${indent}${head}`, ...inside];
  return inside.map((line, i) => (i === 0 ? `${indent}- ${line.slice(indent.length + 2)}` : line));
}

function isFilled(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function scalarOf(value: unknown): string {
  if (typeof value === "string") return textOf(value);
  return Array.isArray(value) ? "[]" : (JSON.stringify(value) ?? "");
}

/** Words that need no quotes: nothing in them, nor at their end, means anything to YAML. */
const PLAIN = /^[\w$./@](?:[\w$ ./:@{}*+=-]*[\w$./@{}*+=-])?$/;

function textOf(text: string): string {
  return PLAIN.test(text) && !text.includes(": ") && !/^[\d.]+$/.test(text)
    ? text
    : plainText(JSON.stringify(text));
}
