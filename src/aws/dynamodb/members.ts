import { malformed } from "../body.ts";
import { isObject, type JsonObject, own } from "../strict-json.ts";

/** Of one call, each of which may need a decision of its own: all that DynamoDB takes (service quotas). */
const MAX_ENTRIES = 100;

/** Puts and deletions of one call (API reference, BatchWriteItem). */
export const MAX_WRITES = 25;

/**
 * The text of a member that must be there.
 *
 * @throws Refusal body-malformed
 */
export function textOf(input: JsonObject, member: string): string {
  const value = own(input, member);
  if (typeof value !== "string") throw malformed(`${member} is not a string`);
  return value;
}

/**
 * An object with something in it.
 *
 * @throws Refusal body-malformed
 */
export function objectOf(input: JsonObject, member: string): JsonObject {
  const value = own(input, member);
  if (!isObject(value) || Object.keys(value).length === 0) throw malformed(`${member} names nothing`);
  return value;
}

/**
 * The entries of a list that has some, and not too many.
 *
 * @param most default: 100
 * @throws Refusal body-malformed
 */
export function entriesOf(value: unknown, most = MAX_ENTRIES): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0)
    throw malformed("a list was expected, with something in it");
  checkCount(value.length, most);
  return value;
}

/**
 * Refuses more entries than DynamoDB takes in one call, before anything is made of them.
 *
 * @param most default: 100
 * @throws Refusal body-malformed
 */
export function checkCount(entries: number, most = MAX_ENTRIES): void {
  if (entries > most) throw malformed(`${entries} entries`);
}
