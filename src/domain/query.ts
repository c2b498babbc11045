import { decodePercent, encodePercent } from "./percent.ts";

/** One name and its value, both decoded. */
export type QueryPair = readonly [name: string, value: string];

/**
 * What a raw `+` stands for: S3 reads it as a space, RFC 3986 as itself.
 *
 * `refused` is for whoever cannot live with two readings.
 */
export type PlusReading = "literal" | "space" | "refused";

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;

/**
 * Reads the raw query (without its `?`) into decoded pairs, in the order they came; `uploads` and `uploads=` are one.
 *
 * Undefined where a name or a value cannot be decoded with certainty: a broken escape, bytes that are not UTF-8,
 * a raw character that has no place in a request target.
 */
export function parseQuery(raw: string, plus: PlusReading): QueryPair[] | undefined {
  const hasPlus = raw.includes("+");
  if ((hasPlus && plus === "refused") || !PRINTABLE_ASCII.test(raw)) return undefined;
  const pairs: QueryPair[] = [];
  for (const part of (hasPlus && plus === "space" ? raw.replaceAll("+", "%20") : raw).split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decodePercent(equals < 0 ? part : part.slice(0, equals));
    const value = decodePercent(equals < 0 ? "" : part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return pairs;
}

/**
 * Writes decoded pairs as SigV4 wants to see them: each part escaped, sorted by name and then by value.
 *
 * Sent as the query of the request, these bytes have only one reading.
 */
export function canonicalQuery(pairs: readonly QueryPair[]): string {
  return pairs
    .map(([name, value]): QueryPair => [encodePercent(name), encodePercent(value)])
    .sort(byNameThenValue)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** Sorting whole `name=value` texts would be wrong: `=` sorts after `-`, so `a=` would follow `a-b=`. */
function byNameThenValue(a: QueryPair, b: QueryPair): number {
  return compare(a[0], b[0]) || compare(a[1], b[1]);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
