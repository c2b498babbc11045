import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** An error document is small: what becomes larger is none. */
const BOUND = { maxOutputLength: 1024 * 1024 };

type Decode = (body: Buffer) => Buffer;

const asItIs: Decode = (body) => body;
const gunzip: Decode = (body) => gunzipSync(body, BOUND);

/** By content coding (RFC 9110 section 8.4.1). */
const DECODERS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ["", asItIs],
  ["identity", asItIs],
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["deflate", inflateEither],
  ["br", (body) => brotliDecompressSync(body, BOUND)],
]);

/**
 * Takes the coding off a body.
 *
 * @param coding value of `Content-Encoding`; there is one, or none
 * @returns at most 1 MiB; undefined where the coding is unknown, the body is not of it or not whole, or there is more
 */
export function inflate(body: Buffer, coding: string): Buffer | undefined {
  // An answer to HEAD states the coding of a body that is not there.
  if (body.length === 0) return body;
  try {
    return DECODERS.get(coding.trim().toLowerCase())?.(body);
  } catch {
    return undefined;
  }
}

/** Some leave out the header that the coding has (RFC 9110 section 8.4.1.2). */
function inflateEither(body: Buffer): Buffer {
  try {
    return inflateSync(body, BOUND);
  } catch {
    return inflateRawSync(body, BOUND);
  }
}
