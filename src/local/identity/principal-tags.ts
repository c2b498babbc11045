import { claimTexts } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";

/** As many tags as a pool maps and a session carries. */
export const MAX_TAGS = 50;

const MAX_TAG_KEY = 128;
const MAX_TAG_VALUE = 256;
const MAX_AGGREGATE_BYTES = 460;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Session tags, or the sentence that says why STS would not take them. */
export type TagResult = { readonly tags: Readonly<Record<string, string>> } | { readonly problem: string };

/**
 * The principal tags that a token's claims give; a tag whose claim is absent or a list is left out.
 *
 * Source: SetPrincipalTagAttributeMap; together the tags may have 460 bytes.
 *
 * @param mapping Tag name → claim name.
 */
export function principalTags(
  mapping: Readonly<Record<string, string>> | undefined,
  claims: Claims,
): TagResult {
  const tags: Record<string, string> = {};
  for (const [tag, claim] of Object.entries(mapping ?? {})) {
    const [value] = Array.isArray(claims[claim]) ? [] : claimTexts(claims, claim);
    if (value !== undefined) tags[tag] = value;
  }
  const bytes = Object.entries(tags).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  const problem =
    bytes > MAX_AGGREGATE_BYTES
      ? `The tags have ${bytes} bytes, more than ${MAX_AGGREGATE_BYTES}.`
      : tagProblem(Object.entries(tags));
  return problem === undefined ? { tags } : { problem };
}

/** Why STS would refuse these session tags; undefined when it would take them. */
export function tagProblem(tags: readonly (readonly [key: string, value: string])[]): string | undefined {
  if (tags.length > MAX_TAGS) return `Member must have length less than or equal to ${MAX_TAGS}`;
  const keys = tags.map(([key]) => key.toLowerCase());
  if (new Set(keys).size !== keys.length) {
    return "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
  }
  for (const [key, value] of tags) {
    if (key === "" || key.length > MAX_TAG_KEY || !TAG_TEXT.test(key))
      return `"${key}" is not a valid tag key`;
    if (/^aws:/i.test(key)) return `"${key}" is reserved: tag keys must not begin with aws:`;
    if (value.length > MAX_TAG_VALUE || !TAG_TEXT.test(value)) return `"${value}" is not a valid tag value`;
  }
  return undefined;
}
