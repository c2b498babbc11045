import { malformed } from "./body.ts";

/** A parsed JSON object. */
export type JsonObject = { readonly [member: string]: unknown };

/** Deeper nesting than any AWS request has (DynamoDB allows 32 levels of attribute values). */
const MAX_DEPTH = 64;

/**
 * Members, entries, objects and arrays in one body. An attribute of an item is four of them and a value of a list three,
 * so that 160,000 attributes pass, where DynamoDB takes 25 items in a batch: any of 16 MiB with 105 bytes to an
 * attribute. It is what bounds the time that a body can take, as parsing takes its time by parts and not by bytes.
 */
const MAX_PARTS = 640_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Parses a JSON object in which no member stands twice, at any depth: of two, AWS might read the one that Postern did
 * not.
 *
 * A parsed object has each name once, however it was escaped, so a text that names more members than came out of it
 * named one twice. Each count takes one pass, and what is nested too deep is refused before it is built.
 *
 * @throws Refusal body-malformed
 */
export function parseStrictJson(text: string): JsonObject {
  const named = countNamedMembers(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed("the JSON cannot be parsed", cause);
  }
  if (!isObject(value)) throw malformed("the JSON is not an object");
  if (countMembers(value) !== named) throw malformed("a JSON member stands twice");
  return value;
}

/** Whether a JSON value is an object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of an object; undefined where it has none of that name itself, whatever all objects have. */
export function own(object: JsonObject, member: string): unknown {
  return Object.hasOwn(object, member) ? object[member] : undefined;
}

/** Counts the colons outside strings: in valid JSON each stands after a member's name, and nowhere else. */
function countNamedMembers(text: string): number {
  let members = 0;
  let others = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) i = endOfString(text, i);
    else if (char === COLON) members++;
    else if (char === COMMA) others++;
    else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) depth--;
    else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      others++;
      if (++depth > MAX_DEPTH) throw malformed("JSON nested too deep");
    }
  }
  if (members + others > MAX_PARTS) throw malformed("JSON of too many parts");
  return members;
}

/** The index of the quote that closes the string opened at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
  throw malformed("a JSON string without an end");
}

/** Counts the members of a parsed value at all depths, which are few: the text was not nested too deep. */
function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const entry of value as readonly unknown[]) members += countMembers(entry);
    return members;
  }
  const names = Object.keys(value);
  for (const name of names) members += countMembers((value as JsonObject)[name]);
  return members + names.length;
}
