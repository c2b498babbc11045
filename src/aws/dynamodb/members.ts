import { malformed } from "../body.ts";
import { isObject, type JsonObject, own } from "../strict-json.ts";

/** Of one call, each of which may need a decision of its own: all that DynamoDB takes (service quotas). */
const MAX_ENTRIES = 100;

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
 * @throws Refusal body-malformed
 */
export function entriesOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0)
    throw malformed("a list was expected, with something in it");
  checkCount(value.length);
  return value;
}

/**
 * Refuses more entries than DynamoDB takes in one call.
 *
 * @throws Refusal body-malformed
 */
export function checkCount(entries: number): void {
  if (entries > MAX_ENTRIES) throw malformed(`${entries} entries`);
}
