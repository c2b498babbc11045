import { LocalError } from "../request.ts";
import { createByteReader } from "./byte-reader.ts";
import type { ByteReader } from "./byte-reader.ts";
import { createChunkChain } from "./chunk-chain.ts";
import type { ChunkChain, ChunkSeed } from "./chunk-chain.ts";

/** How the content of a request is framed. */
export interface ChunkOptions {
  /** Length of the content without its framing. */
  readonly decodedBytes: number;
  /** Lower-case names of the trailers that the head announces; undefined where the form has no trailers. */
  readonly announced: ReadonlySet<string> | undefined;
  /** Present when chunks and trailers are signed. */
  readonly seed: ChunkSeed | undefined;
}

/** S3 wants every chunk but the last at least this long. */
const MIN_CHUNK_BYTES = 8192;
const TRAILER_SIGNATURE = "x-amz-trailer-signature";

/**
 * Takes the aws-chunked framing off a stream and verifies what is signed in it.
 *
 * Bytes come out before their chunk's signature is seen: they count only once the stream has ended well. `trailers`
 * is filled just before that.
 *
 * @throws LocalError at the first thing that does not verify.
 */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  options: ChunkOptions,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void> {
  const reader = createByteReader(source);
  const chain = createChunkChain(options.seed);
  const limits = createLimits(options.decodedBytes);
  try {
    for (let size = -1; size !== 0;) {
      const header = readChunkHeader(await reader.line(), chain.signed);
      size = header.size;
      limits.take(size);
      const chunk = chain.beginChunk();
      for await (const bytes of readExactly(reader, size)) {
        chunk.update(bytes);
        yield bytes;
      }
      chunk.verify(header.signature);
      if (size > 0 && (await reader.line()) !== "") throw incomplete();
    }
    limits.end();
    const found = checkTrailers(await readTrailers(reader), options.announced, chain);
    if ((await reader.some(1)) !== undefined) throw incomplete();
    for (const [name, value] of found) trailers.set(name, value);
  } finally {
    await reader.close();
  }
}

async function* readExactly(reader: ByteReader, length: number): AsyncGenerator<Buffer, void> {
  let missing = length;
  while (missing > 0) {
    const bytes = await reader.some(missing);
    if (bytes === undefined) throw incomplete();
    missing -= bytes.length;
    yield bytes;
  }
}

function readChunkHeader(line: string | undefined, signed: boolean): { size: number; signature: string } {
  const match = /^(?<size>[0-9A-Fa-f]{1,12})(?:;chunk-signature=(?<signature>[0-9a-f]{64}))?$/.exec(
    line ?? "",
  );
  const { size, signature } = match?.groups ?? {};
  if (size === undefined || (signature !== undefined) !== signed) throw incomplete();
  return { size: Number.parseInt(size, 16), signature: signature ?? "" };
}

/** Keeps the lengths of chunks within what the head and S3 allow. */
function createLimits(decodedBytes: number): { take: (size: number) => void; end: () => void } {
  let total = 0;
  let chunk = 0;
  let previous = MIN_CHUNK_BYTES;
  return {
    take: (size) => {
      chunk += 1;
      total += size;
      if (size > 0 && previous < MIN_CHUNK_BYTES) {
        const message = "Only the last chunk is allowed to have a size less than 8192 bytes";
        const fields = { Chunk: String(chunk), BadChunkSize: String(previous) };
        throw new LocalError("InvalidChunkSizeError", message, 400, fields);
      }
      if (total > decodedBytes) throw incomplete();
      previous = size;
    },
    end: () => {
      if (total !== decodedBytes) throw incomplete();
    },
  };
}

async function readTrailers(reader: ByteReader): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (;;) {
    const line = await reader.line();
    if (line === undefined) throw incomplete();
    if (line === "") return found;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name === "" || found.has(name)) throw malformedTrailer();
    found.set(name, line.slice(colon + 1).trim());
  }
}

/**
 * Trailers are those that the head announces, all of them and no others, signed where the chunks are; where there are
 * none, their signature may be there as well.
 */
function checkTrailers(
  found: ReadonlyMap<string, string>,
  announced: ReadonlySet<string> | undefined,
  chain: ChunkChain,
): ReadonlyMap<string, string> {
  const signature = found.get(TRAILER_SIGNATURE);
  const trailers = new Map([...found].filter(([name]) => name !== TRAILER_SIGNATURE));
  const expected = announced ?? new Set();
  if (trailers.size !== expected.size || ![...trailers.keys()].every((name) => expected.has(name))) {
    throw malformedTrailer();
  }
  const mayBeSigned = chain.signed && announced !== undefined;
  if (signature === undefined ? mayBeSigned && trailers.size > 0 : !mayBeSigned) throw malformedTrailer();
  if (signature !== undefined) chain.verifyTrailers(trailers, signature);
  return trailers;
}

function incomplete(): LocalError {
  const message = "The request body terminated unexpectedly or is not framed as its headers say.";
  return new LocalError("IncompleteBody", message, 400);
}

function malformedTrailer(): LocalError {
  const message =
    "The request contained trailing data that was not well-formed or did not conform to our published schema.";
  return new LocalError("MalformedTrailerError", message, 400);
}
