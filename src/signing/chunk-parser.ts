import type { Emit } from "./chunk-framer.ts";
import { endOfHex, hexNumber } from "./hex-digits.ts";
import { trailerValueLength } from "./trailer.ts";
import type { Trailer } from "./trailer.ts";

/** Why a framed body is not taken: it is not what its headers promised, or it cannot be read. */
export class ChunkedError extends Error {
  override readonly name = "ChunkedError";
  readonly code: "payload-mismatch" | "body-malformed";

  constructor(code: ChunkedError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** What the headers of a framed body promise. */
export interface FramedBody {
  /** `x-amz-decoded-content-length`, in bytes. */
  readonly decodedLength: number;
  /** `x-amz-trailer`, in lower case. */
  readonly trailerNames: readonly string[];
}

/** Takes aws-chunked framing off a body, whatever pieces it arrives in. */
export interface ChunkParser {
  /** @throws ChunkedError at the first byte that breaks the framing or the promise. */
  readonly write: (bytes: Buffer, emit: Emit) => void;
  /**
   * Lets go of the last data, held back until everything around it is known to be right, and returns the trailers.
   *
   * @throws ChunkedError where the body ended early or a promised trailer is missing.
   */
  readonly end: (emit: Emit) => readonly Trailer[];
}

/** Longest size line, with 13 hex digits and an ECDSA signature padded to its full width. */
const MAX_SIZE_LINE_BYTES = 256;
/** All trailer lines together. */
const MAX_TRAILER_BYTES = 4096;

/**
 * Chunk signatures chain from a key that is the client's alone, so their value is not looked at, only their form. ECDSA
 * signatures are padded with `*`.
 */
const SIZE_LINE = /^([0-9a-fA-F]{1,13})(?:;chunk-signature=[0-9a-fA-F]{1,160}\**)?$/;
const TRAILER_VALUE = /^[\x21-\x7e]+$/;
/** Optional whitespace (RFC 9110 section 5.6.3): `trim` would take more. */
const BLANKS_AROUND = /^[ \t]+|[ \t]+$/g;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Where the parser stands: what the next byte belongs to. */
interface Position {
  readonly promised: FramedBody;
  expects: "size" | "data" | "data-end" | "trailer" | "nothing";
  /** What has come of a line that is not complete. */
  line: string;
  chunkLeft: number;
  bodyLeft: number;
  held: Buffer | undefined;
  readonly trailers: Trailer[];
  trailerBytesLeft: number;
  afterBareLineFeed: boolean;
}

/** Makes a parser for one body; signed, unsigned and ECDSA-signed chunks are read alike. */
export function createChunkParser(promised: FramedBody): ChunkParser {
  const position: Position = {
    promised,
    expects: "size",
    line: "",
    chunkLeft: 0,
    bodyLeft: promised.decodedLength,
    held: undefined,
    trailers: [],
    trailerBytesLeft: MAX_TRAILER_BYTES,
    afterBareLineFeed: false,
  };
  return {
    write(bytes, emit) {
      for (let at = 0; at < bytes.length;) {
        at =
          position.expects === "data" ? takeData(position, bytes, at, emit) : takeLine(position, bytes, at);
      }
    },
    end(emit) {
      if (position.expects !== "nothing") throw malformed("the body ended within its framing");
      if (position.trailers.length < promised.trailerNames.length)
        throw malformed("an announced trailer is missing");
      if (position.held) emit(position.held);
      return position.trailers;
    },
  };
}

/** Passes on what there is of the chunk, but for the piece that completes the body; returns where to go on. */
function takeData(position: Position, bytes: Buffer, at: number, emit: Emit): number {
  const piece = bytes.subarray(at, at + position.chunkLeft);
  position.chunkLeft -= piece.length;
  position.bodyLeft -= piece.length;
  if (position.bodyLeft === 0) position.held = piece;
  else emit(piece);
  if (position.chunkLeft === 0) position.expects = "data-end";
  return at + piece.length;
}

/** Reads to the end of the line, or keeps what there is of it; returns where to go on. */
function takeLine(position: Position, bytes: Buffer, at: number): number {
  if (position.expects === "nothing") throw malformed("bytes after the end of the body");
  const next = position.line === "" ? takeShortLine(position, bytes, at) : at;
  if (next > at) return next;
  const lineFeed = bytes.indexOf(LINE_FEED, at);
  const end = lineFeed < 0 ? bytes.length : lineFeed;
  const limit = position.expects === "trailer" ? position.trailerBytesLeft : MAX_SIZE_LINE_BYTES;
  if (position.line.length + end - at > limit) throw malformed("a framing line is too long");
  position.line += bytes.toString("latin1", at, end);
  if (lineFeed < 0) return end;
  const line = position.line;
  position.line = "";
  readLine(position, line);
  return end + 1;
}

/**
 * Reads the end of a chunk, or a size that stands alone: a body in chunks of one byte is made of little else, and must
 * not cost much more than another. Every other line is left as it is; returns where to go on.
 */
function takeShortLine(position: Position, bytes: Buffer, at: number): number {
  const { expects } = position;
  const end = expects === "size" ? endOfHex(bytes, at) : at;
  if (expects === "trailer" || (expects === "size") === (end === at)) return at;
  if (bytes[end] !== CARRIAGE_RETURN || bytes[end + 1] !== LINE_FEED) return at;
  if (expects === "size") takeSize(position, hexNumber(bytes, at, end));
  else position.expects = "size";
  return end + 2;
}

/** Lines end with CR LF; only after a trailer is a bare LF known in the wild, see {@link readTrailer}. */
function readLine(position: Position, line: string): void {
  const complete = line.endsWith("\r");
  const text = complete ? line.slice(0, -1) : line;
  if (position.expects === "trailer") return readTrailer(position, text, complete);
  if (!complete) throw malformed("a framing line does not end with CR LF");
  if (position.expects === "size") return readSize(position, text);
  if (text !== "") throw malformed("a chunk is longer than its size");
  position.expects = "size";
}

function readSize(position: Position, line: string): void {
  const digits = SIZE_LINE.exec(line)?.[1];
  if (digits === undefined) throw malformed("a chunk size cannot be read");
  takeSize(position, Number.parseInt(digits, 16));
}

function takeSize(position: Position, size: number): void {
  if (size > position.bodyLeft)
    throw new ChunkedError("payload-mismatch", "the body is longer than it was declared");
  if (size === 0 && position.bodyLeft > 0) {
    throw new ChunkedError("payload-mismatch", "the body is shorter than it was declared");
  }
  position.chunkLeft = size;
  position.expects = size === 0 ? "trailer" : "data";
}

/**
 * Reads one line behind the terminal chunk.
 *
 * minio-go ends a trailer with LF CR LF where others write CR LF, and S3 takes it: after a bare LF one empty line does
 * not yet end the body, and nothing but an empty line may follow.
 */
function readTrailer(position: Position, line: string, complete: boolean): void {
  position.trailerBytesLeft -= line.length;
  if (line === "" && complete) {
    if (!position.afterBareLineFeed) position.expects = "nothing";
    position.afterBareLineFeed = false;
    return;
  }
  if (position.afterBareLineFeed) throw malformed("a trailer does not end with CR LF");
  position.afterBareLineFeed = !complete;
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
  if (name === "x-amz-trailer-signature") return;
  const value = line.slice(colon + 1).replace(BLANKS_AROUND, "");
  checkTrailer(position, name, value);
  position.trailers.push([name, value]);
}

function checkTrailer({ promised, trailers }: Position, name: string, value: string): void {
  if (!promised.trailerNames.includes(name)) throw malformed("a trailer was not announced");
  if (trailers.some(([known]) => known === name)) throw malformed("a trailer stands twice");
  if (!TRAILER_VALUE.test(value) || value.length !== (trailerValueLength(name) ?? value.length)) {
    throw malformed(`the value of ${name} cannot be one`);
  }
}

function malformed(message: string): ChunkedError {
  return new ChunkedError("body-malformed", message);
}
