import { LocalError } from "../request.ts";

/** One tag of an object. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

const MAX_TAGS = 10;

/**
 * The tags of an `x-amz-tagging` header: a form such as `a=1&b=2`.
 *
 * @throws LocalError InvalidTag, BadRequest
 */
export function readTaggingHeader(header: string | undefined): readonly Tag[] {
  if (header === undefined) return [];
  return checkTags([...new URLSearchParams(header)].map(([key, value]) => ({ key, value })));
}

/**
 * Holds tags to the limits of S3: ten, unique, 128 and 256 characters.
 *
 * @throws LocalError InvalidTag, BadRequest
 */
export function checkTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > MAX_TAGS)
    throw new LocalError("BadRequest", "Object tags cannot be greater than 10", 400);
  const seen = new Set<string>();
  for (const { key, value } of tags) {
    if (key.length === 0 || key.length > 128)
      throw invalidTag("The TagKey you have provided is invalid", key);
    if (value.length > 256) throw invalidTag("The TagValue you have provided is invalid", key);
    if (seen.has(key)) throw invalidTag("Cannot provide multiple Tags with the same key", key);
    seen.add(key);
  }
  return tags;
}

function invalidTag(message: string, key: string): LocalError {
  return new LocalError("InvalidTag", message, 400, { TagKey: key });
}
