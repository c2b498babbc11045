import { plainText } from "../../../domain/plain-text.ts";

/** A configuration as text, nearly as YAML writes it: for people to read, and not to be read back. */
export function documentLines(value: unknown, indent = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => entryLines("-", one, indent));
  if (isObject(value))
    return Object.entries(value).flatMap(([name, one]) => entryLines(`${textOf(name)}:`, one, indent));
  return [`${indent}${scalarOf(value)}`];
}

function entryLines(head: string, value: unknown, indent: string): readonly string[] {
  if (!isFilled(value)) return [`${indent}${head} ${scalarOf(value)}`];
  if (Array.isArray(value) && !value.some(isFilled))
    return [`${indent}${head} [${value.map(scalarOf).join(", ")}]`];
  const inside = documentLines(value, `${indent}  `);
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
