import { compareUtf8 } from "./key-order.ts";
import { invalidArgument } from "./refusals.ts";

/** What a list call asks for. */
export interface PageRequest {
  readonly prefix: string;
  /** Empty: nothing is rolled up. */
  readonly delimiter: string;
  /** The page begins after this key, or after all keys that this common prefix stands for. */
  readonly after: string;
  readonly max: number;
}

/** One page: keys and common prefixes together, in order. */
export interface Page {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** The last key or common prefix of the page; empty when there is none. */
  readonly last: string;
}

/** Cuts a page out of sorted keys. */
export function cutPage(sortedKeys: readonly string[], request: PageRequest): Page {
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last = "";
  for (const key of sortedKeys) {
    if (!key.startsWith(request.prefix) || compareUtf8(key, request.after) <= 0) continue;
    const rolledUp = commonPrefixOf(key, request);
    if (rolledUp !== undefined && (rolledUp === last || rolledUp === request.after)) continue;
    if (keys.length + commonPrefixes.length >= request.max) {
      return { keys, commonPrefixes, isTruncated: request.max > 0, last };
    }
    last = rolledUp ?? key;
    (rolledUp === undefined ? keys : commonPrefixes).push(last);
  }
  return { keys, commonPrefixes, isTruncated: false, last };
}

/**
 * The size of a page: what the parameter says, 1000 at most and by default.
 *
 * @throws LocalError InvalidArgument
 */
export function readPageSize(query: ReadonlyMap<string, string>, name: string): number {
  const value = query.get(name) ?? "1000";
  if (!/^\d{1,10}$/.test(value) || Number(value) > 2 ** 31 - 1) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, value);
  }
  return Math.min(Number(value), 1000);
}

/** How keys are written into a list: as they are, or for `encoding-type=url` percent-encoded with `+` for a space. */
export function keyWriter(query: ReadonlyMap<string, string>): (key: string) => string {
  const type = query.get("encoding-type") ?? "";
  if (type === "") return (key) => key;
  if (type !== "url")
    throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
  return (key) => new URLSearchParams([["", key]]).toString().slice(1).replaceAll("%2F", "/");
}

function commonPrefixOf(key: string, { prefix, delimiter }: PageRequest): string | undefined {
  if (delimiter === "") return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}
