import { trailerValueLength } from "./trailer.ts";
import type { Trailer } from "./trailer.ts";

/** What is done with each piece of a body. */
export type Emit = (piece: Buffer) => void;

/** Frames a body of known length as unsigned aws-chunked; each piece goes through as it came, uncopied. */
export interface ChunkFramer {
  readonly write: (piece: Buffer, emit: Emit) => void;
  /** Writes the terminal chunk and the trailers: only now can the upload be complete. */
  readonly end: (trailers: readonly Trailer[], emit: Emit) => void;
}

/** One MiB, as botocore sends it: far above S3's least size of 8 KiB for all chunks but the last. */
export const CHUNK_BYTES = 1024 * 1024;

/**
 * Makes a framer for a body of exactly `decodedLength` bytes.
 *
 * Since the length is known, each chunk's size is written before its bytes are there, and nothing is collected. Whoever
 * writes must write that many bytes and no more.
 */
export function createChunkFramer(decodedLength: number): ChunkFramer {
  let unannounced = decodedLength;
  let chunkLeft = 0;

  function announce(): Buffer {
    chunkLeft = Math.min(CHUNK_BYTES, unannounced);
    const lineEnd = unannounced === decodedLength ? "" : "\r\n";
    unannounced -= chunkLeft;
    return Buffer.from(`${lineEnd}${chunkLeft.toString(16)}\r\n`);
  }

  function write(piece: Buffer, emit: Emit): void {
    for (let at = 0; at < piece.length;) {
      if (chunkLeft === 0) emit(announce());
      const part = piece.subarray(at, at + chunkLeft);
      emit(part);
      chunkLeft -= part.length;
      at += part.length;
    }
  }

  function end(trailers: readonly Trailer[], emit: Emit): void {
    const lines = trailers.map(([name, value]) => `${name}:${value}\r\n`).join("");
    emit(Buffer.from(`${decodedLength === 0 ? "" : "\r\n"}0\r\n${lines}\r\n`));
  }

  return { write, end };
}

/** How many bytes the framing of a body takes; undefined where a trailer's length is not known beforehand. */
export function framedLength(decodedLength: number, trailerNames: readonly string[]): number | undefined {
  const whole = Math.floor(decodedLength / CHUNK_BYTES);
  const rest = decodedLength % CHUNK_BYTES;
  let length = whole * chunkLength(CHUNK_BYTES) + (rest > 0 ? chunkLength(rest) : 0) + "0\r\n\r\n".length;
  for (const name of trailerNames) {
    const valueLength = trailerValueLength(name);
    if (valueLength === undefined) return undefined;
    length += name.length + ":".length + valueLength + "\r\n".length;
  }
  return length;
}

function chunkLength(bytes: number): number {
  return bytes.toString(16).length + "\r\n".length + bytes + "\r\n".length;
}
