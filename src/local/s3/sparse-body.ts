import { createHash } from "node:crypto";
import type { Body, ByteRange } from "./bodies.ts";
import { createChecksum } from "./checksum.ts";
import type { StoredChecksum } from "./checksum.ts";
import { combineCrc } from "./crc-combine.ts";

const BLOCK_BYTES = 1024 * 1024;
const PIECE_BYTES = 128 * 1024;

/** Bytes that are made while they are read, of a block that repeats: an object of any size costs one block. */
export function sparseBody(size: number, seed: string): Body {
  const block = blockOf(seed);
  return {
    size,
    read: (range = { start: 0, end: size - 1 }) => readBlocks(block, range),
    discard: () => undefined,
  };
}

/** The check of such bytes, made in a few steps whatever their size. */
export function sparseChecksum(size: number, seed: string): StoredChecksum {
  const block = blockOf(seed);
  let value = crcOf(block.subarray(0, size % BLOCK_BYTES));
  let run = { value: crcOf(block), size: BLOCK_BYTES };
  // What is left over stands at the end; before it come runs of one, two, four … blocks.
  let tail = size % BLOCK_BYTES;
  for (let blocks = Math.floor(size / BLOCK_BYTES); blocks > 0; blocks = Math.floor(blocks / 2)) {
    if (blocks % 2 === 1) {
      value = combined(run.value, { value, size: tail });
      tail += run.size;
    }
    run = { value: combined(run.value, run), size: 2 * run.size };
  }
  return { algorithm: "CRC32", type: "FULL_OBJECT", value };
}

// oxlint-disable-next-line require-await -- a body is read asynchronously wherever it comes from
async function* readBlocks(block: Buffer, { start, end }: ByteRange): AsyncGenerator<Buffer, void> {
  for (let at = start; at <= end;) {
    const from = at % BLOCK_BYTES;
    const length = Math.min(PIECE_BYTES, BLOCK_BYTES - from, end - at + 1);
    yield block.subarray(from, from + length);
    at += length;
  }
}

function blockOf(seed: string): Buffer {
  return createHash("shake256", { outputLength: BLOCK_BYTES }).update(seed).digest();
}

function crcOf(bytes: Buffer): string {
  const crc = createChecksum("CRC32");
  crc.update(bytes);
  return crc.digest().toString("base64");
}

function combined(first: string, second: { readonly value: string; readonly size: number }): string {
  return combineCrc("CRC32", first, second) ?? "";
}
