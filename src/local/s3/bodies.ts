import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, rm, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalError } from "../request.ts";
import { notImplemented } from "./refusals.ts";

/** Bytes `start` to `end`, both counted. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes at rest; they never change. */
export interface Body {
  readonly size: number;
  /** The bytes, or a range of them; they stay readable although the body is discarded meanwhile. */
  readonly read: (range?: ByteRange) => AsyncIterable<Buffer>;
  /** Gives the bytes up once nobody reads them any more. */
  readonly discard: () => void;
}

/** Where bodies are kept: small ones in memory, large ones in files. */
export interface Bodies {
  /**
   * Takes a stream in at the pace at which it can be written; a stream that throws leaves nothing behind.
   *
   * @throws LocalError EntityTooLarge beyond `maxBytes`, default 5 GiB, the limit of one upload.
   */
  readonly write: (source: AsyncIterable<Buffer>, maxBytes?: number) => Promise<Body>;
  /**
   * Takes a stream in and keeps only how long it is.
   *
   * @throws LocalError EntityTooLarge
   */
  readonly drop: (source: AsyncIterable<Buffer>) => Promise<Body>;
  /** Removes all files. */
  readonly close: () => Promise<void>;
}

const IN_MEMORY_BYTES = 1024 * 1024;
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;

/** Makes an empty keep; its files go to a directory of their own in `directory`, by default the system's. */
export function createBodies(directory: string = tmpdir()): Bodies {
  let home: Promise<string> | undefined;
  let files = 0;
  const nextFile = async (): Promise<string> => {
    home ??= mkdir(directory, { recursive: true }).then(() => mkdtemp(join(directory, "local-s3-")));
    return join(await home, String(files++));
  };
  return {
    write: (source, maxBytes = MAX_UPLOAD_BYTES) => writeBody(source, maxBytes, nextFile),
    drop: async (source) => {
      let size = 0;
      for await (const { length } of source) {
        size += length;
        if (size > MAX_UPLOAD_BYTES) throw entityTooLarge(size, MAX_UPLOAD_BYTES);
      }
      return droppedBody(size);
    },
    close: async () => {
      if (home !== undefined) await rm(await home, { recursive: true, force: true });
    },
  };
}

/** One body made of several, in order, which it then owns. */
export function joinBodies(pieces: readonly Body[]): Body {
  const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
  return {
    size,
    read: (range = { start: 0, end: size - 1 }) => {
      const sources = readPieces(pieces, range);
      return holding(
        concatenate(sources),
        once(() => sources.forEach(letGoOf)),
      );
    },
    discard: () => {
      for (const piece of pieces) piece.discard();
    },
  };
}

async function writeBody(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
  nextFile: () => Promise<string>,
): Promise<Body> {
  const held: Buffer[] = [];
  let file: { readonly path: string; readonly handle: FileHandle } | undefined;
  let size = 0;
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) throw entityTooLarge(size, maxBytes);
      held.push(chunk);
      if (file === undefined && size > IN_MEMORY_BYTES) file = await createFile(await nextFile());
      if (file !== undefined) await file.handle.appendFile(Buffer.concat(held.splice(0)));
    }
  } catch (error) {
    await file?.handle.close();
    if (file !== undefined) await unlink(file.path);
    throw error;
  }
  if (file === undefined) return memoryBody(Buffer.concat(held));
  await file.handle.close();
  return fileBody(file.path, size);
}

async function createFile(path: string): Promise<{ readonly path: string; readonly handle: FileHandle }> {
  return { path, handle: await open(path, "wx", 0o600) };
}

function memoryBody(bytes: Buffer): Body {
  return {
    size: bytes.length,
    // oxlint-disable-next-line require-await -- a body is read asynchronously wherever it lies
    read: async function* (range) {
      if (bytes.length > 0) yield range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
    },
    discard: () => undefined,
  };
}

/** Bytes that were counted and let go. */
function droppedBody(size: number): Body {
  return {
    size,
    read: () => {
      throw notImplemented("Reading what was not kept");
    },
    discard: () => undefined,
  };
}

/** The file goes when its owner and the last reader have let go of it. */
function fileBody(path: string, size: number): Body {
  let holders = 1;
  const hold = (): (() => void) => {
    holders++;
    return once(release);
  };
  const release = (): void => {
    // What cannot be removed now goes with the directory.
    if (--holders === 0) void unlink(path).catch(() => undefined);
  };
  return { size, read: (range) => holding(createReader(path, range), hold()), discard: once(release) };
}

async function* createReader(path: string, range: ByteRange | undefined): AsyncGenerator<Buffer, void> {
  for await (const chunk of createReadStream(path, { ...range, highWaterMark: 256 * 1024 }))
    yield chunk as Buffer;
}

/** A generator that was never started runs no `finally`; so the hold is let go by hand. */
function holding(chunks: AsyncGenerator<Buffer, void>, letGo: () => void): AsyncIterable<Buffer> {
  const next = async (): Promise<IteratorResult<Buffer, void>> => {
    try {
      const result = await chunks.next();
      if (result.done === true) letGo();
      return result;
    } catch (error) {
      letGo();
      throw error;
    }
  };
  const stop = async (): Promise<IteratorResult<Buffer, void>> => {
    letGo();
    return await chunks.return();
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
}

/** The parts of a range that lie in each piece, opened at once so that all of them stay readable. */
function readPieces(pieces: readonly Body[], range: ByteRange): readonly AsyncIterable<Buffer>[] {
  let offset = 0;
  return pieces.flatMap((piece) => {
    const start = Math.max(range.start - offset, 0);
    const end = Math.min(range.end - offset, piece.size - 1);
    offset += piece.size;
    return start > end ? [] : [piece.read({ start, end })];
  });
}

function letGoOf(source: AsyncIterable<Buffer>): void {
  void source[Symbol.asyncIterator]().return?.();
}

async function* concatenate(sources: readonly AsyncIterable<Buffer>[]): AsyncGenerator<Buffer, void> {
  for (const source of sources) yield* source;
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

function entityTooLarge(size: number, maxBytes: number): LocalError {
  const message = "Your proposed upload exceeds the maximum allowed size";
  return new LocalError("EntityTooLarge", message, 400, {
    ProposedSize: String(size),
    MaxSizeAllowed: String(maxBytes),
  });
}
