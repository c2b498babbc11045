import { isObject } from "../strict-json.ts";

/** In characters, and so at most: 2,048 bytes (developer guide, quotas, partition keys), in base64. */
const MAX_LENGTH = 4 * Math.ceil(2048 / 3);

/** Half a surrogate pair, which has no UTF-8. */
const HALF_PAIR = /\p{Cs}/u;

/** A number in the one form that DynamoDB gives back: no zeros to spare, no exponent; 38 digits at most. */
const NUMBER = /^-?(?:[1-9]\d*|(?:0|[1-9]\d*)\.\d*[1-9])$|^0$/;
const MAX_NUMBER = 40;

/**
 * A key attribute's value as `dynamodb:LeadingKeys` has it; undefined where it is none, or where another way to write it
 * would name the same item.
 */
export function keyText(value: unknown): string | undefined {
  const [member, ...others] = isObject(value) ? Object.entries(value) : [];
  if (member === undefined || others.length > 0) return undefined;
  const [type, text] = member;
  return typeof text === "string" && text.length <= MAX_LENGTH && isCertain(type, text) ? text : undefined;
}

function isCertain(type: string, text: string): boolean {
  switch (type) {
    case "S":
      return !HALF_PAIR.test(text);
    case "N":
      return text.length <= MAX_NUMBER && NUMBER.test(text);
    case "B":
      return Buffer.from(text, "base64").toString("base64") === text;
    default:
      return false;
  }
}
