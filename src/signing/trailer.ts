/** A checksum that follows the body: its name in lower case, and its value. */
export type Trailer = readonly [name: string, value: string];

/** Length of each checksum in Base64; S3 knows no other algorithms (model of 2026), but new ones pass as they are. */
const VALUE_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["x-amz-checksum-crc32", 8],
  ["x-amz-checksum-crc32c", 8],
  ["x-amz-checksum-crc64nvme", 12],
  ["x-amz-checksum-xxhash64", 12],
  ["x-amz-checksum-xxhash3", 12],
  ["x-amz-checksum-xxhash128", 24],
  ["x-amz-checksum-md5", 24],
  ["x-amz-checksum-sha1", 28],
  ["x-amz-checksum-sha256", 44],
  ["x-amz-checksum-sha512", 88],
]);

const TRAILER_NAME = /^x-amz-checksum-[a-z0-9]{1,32}$/;

/**
 * Reads `x-amz-trailer` into names in lower case.
 *
 * Undefined where a name stands twice or is not a checksum: nothing else may enter a request behind its body.
 */
export function parseTrailerNames(header: string | undefined): readonly string[] | undefined {
  if (header === undefined) return [];
  const names = header.split(",").map((name) => name.trim().toLowerCase());
  const distinct = new Set(names);
  return distinct.size === names.length && names.every((name) => TRAILER_NAME.test(name)) ? names : undefined;
}

/** How many characters the value of a trailer has; undefined for an algorithm not known here. */
export function trailerValueLength(name: string): number | undefined {
  return VALUE_LENGTHS.get(name);
}
