import { LocalError } from "../request.ts";
import type { ByteRange } from "./bodies.ts";
import { invalidArgument } from "./refusals.ts";

/**
 * The one range that a `Range` header asks for; undefined when it asks for all, for several, or unreadably.
 *
 * @throws LocalError InvalidRange when no byte of it exists
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const range = parseRange(header?.trim() ?? "", size);
  if (range !== undefined && range.start >= size) throw invalidRange(header ?? "", size);
  return range;
}

/**
 * The range of `x-amz-copy-source-range`, which must be whole and lie within the source.
 *
 * @throws LocalError InvalidArgument, InvalidRange
 */
export function readCopyRange(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) {
    const message =
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
    throw invalidArgument(message, "x-amz-copy-source-range", header);
  }
  if (Number(last) >= size) {
    const message = `Range specified is not valid for source object of size: ${size}`;
    throw invalidArgument(message, "x-amz-copy-source-range", header);
  }
  return { start: Number(first), end: Number(last) };
}

function parseRange(header: string, size: number): ByteRange | undefined {
  const suffix = /^bytes=-(\d+)$/.exec(header)?.[1];
  if (suffix !== undefined) return { start: Math.max(size - Number(suffix), 0), end: size - 1 };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header) ?? [];
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = last === "" ? Infinity : Number(last);
  return end < start ? undefined : { start, end: Math.min(end, size - 1) };
}

function invalidRange(header: string, size: number): LocalError {
  return new LocalError("InvalidRange", "The requested range is not satisfiable", 416, {
    RangeRequested: header,
    ActualObjectSize: String(size),
  });
}
