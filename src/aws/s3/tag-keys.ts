import type { RequestKeys } from "../../domain/operation.ts";
import { parseQuery } from "../../domain/query.ts";
import type { KeyEntry } from "../dynamodb/key-entry.ts";

/** Names of all the tags that a request sets. */
const NAMES = "s3:requestobjecttagkeys";
/** The value of one of them; the tag's name in lower case follows, as in every name of a key. */
const VALUE_OF = "s3:requestobjecttag/";

/** `=` in every pair, and no `+`, which S3 may read as itself or as a space. */
const CERTAIN = /^[^+&=]+=[^+&=]*(?:&[^+&=]+=[^+&=]*)*$/;

/** Names in ASCII: of others nobody says which are the same but for case, and the Kelvin sign would become a k. */
const PLAIN = /^[\x20-\x7e]+$/;

/**
 * The condition keys of the tags in `x-amz-tagging`, which is written as a query is (API reference, PutObject). Where the
 * header has not one reading they are unknown.
 */
export function tagEntries(tagging: string): readonly KeyEntry[] | "unknown" {
  if (tagging === "") return [];
  const pairs = CERTAIN.test(tagging) ? parseQuery(tagging, "refused") : undefined;
  if (pairs === undefined || !pairs.every(([name]) => PLAIN.test(name))) return "unknown";
  const values = pairs.map(([name, value]): KeyEntry => [`${VALUE_OF}${name.toLowerCase()}`, [value]]);
  const twice = new Set(values.map(([key]) => key)).size < values.length;
  return twice ? "unknown" : [...values, [NAMES, pairs.map(([name]) => name)]];
}

/** The keys of a request that sets tags of which nothing is known, and what else is known of it. */
export function keysWithUnknownTags(entries: readonly KeyEntry[]): RequestKeys {
  return new KeysWithUnknownTags([...entries, [NAMES, "unknown"]]);
}

/** The names of tags have no end, and none of them is known to be absent. */
class KeysWithUnknownTags extends Map<string, readonly string[] | "unknown"> {
  override get(key: string): readonly string[] | "unknown" | undefined {
    return key.startsWith(VALUE_OF) ? "unknown" : super.get(key);
  }

  override has(key: string): boolean {
    return key.startsWith(VALUE_OF) || super.has(key);
  }
}
