import { malformed } from "./body.ts";

/** A parsed JSON object. */
export type JsonObject = { readonly [member: string]: unknown };

/** Deeper nesting than any AWS request has (DynamoDB allows 32 levels of attribute values). */
const MAX_DEPTH = 64;

/**
 * Parses a JSON object in which no member stands twice, at any depth: of two, AWS might read the one that Postern did
 * not.
 *
 * @throws Refusal body-malformed
 */
export function parseStrictJson(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed("the JSON cannot be parsed", cause);
  }
  if (!isObject(value)) throw malformed("the JSON is not an object");
  refuseRepeatedMembers(text);
  return value;
}

/** Whether a JSON value is an object: neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Walks a text that `JSON.parse` has accepted, so that only strings and brackets need looking at: a string followed by
 * a colon is a member's name.
 */
function refuseRepeatedMembers(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x22) {
      const end = endOfString(text, i);
      if (isName(text, end)) admit(open.at(-1), JSON.parse(text.slice(i, end + 1)) as string);
      i = end;
    } else if (char === 0x7b || char === 0x5b) {
      open.push(char === 0x7b ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw malformed("JSON nested too deep");
    } else if (char === 0x7d || char === 0x5d) {
      open.pop();
    }
  }
}

function admit(members: Set<string> | undefined, name: string): void {
  if (members?.has(name) === true) throw malformed("a JSON member stands twice");
  members?.add(name);
}

/** The index of the quote that closes the string opened at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function isName(text: string, endOfString: number): boolean {
  let next = endOfString + 1;
  while (/[ \t\r\n]/.test(text.charAt(next))) next++;
  return text.charCodeAt(next) === 0x3a;
}
