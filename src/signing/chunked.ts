import { Transform } from "node:stream";
import { createChunkFramer } from "./chunk-framer.ts";
import type { ChunkFramer } from "./chunk-framer.ts";
import { createChunkParser } from "./chunk-parser.ts";
import type { FramedBody } from "./chunk-parser.ts";
import { createJoiner } from "./joiner.ts";

/** A framed body, and how it goes on: as plain bytes, or framed anew without chunk signatures. */
export interface ReframedBody extends FramedBody {
  readonly kind: "decode" | "reframe-trailer";
}

/** One read of a socket; Node 20's own default of 16 KiB would stop the source after every piece. */
const HIGH_WATER_MARK_BYTES = 64 * 1024;

/** Leaves the body as it is, without framing and without trailers. */
const UNFRAMED: ChunkFramer = {
  write: (piece, emit) => emit(piece),
  end: () => {},
};

/**
 * Turns the aws-chunked body that a client framed, and perhaps signed, into the one that goes upstream.
 *
 * Exactly the declared number of bytes comes out, and their last piece only when the whole framing and all announced
 * trailers have been found right: an upload that lies never completes. The stream fails with a `ChunkedError` at the
 * first byte that does not fit, so whoever sends it on must abort the upload then.
 */
export function reframe(body: ReframedBody): Transform {
  const parser = createChunkParser(body);
  const framer = body.kind === "decode" ? UNFRAMED : createChunkFramer(body.decodedLength);
  // In chunks of a few bytes a body would else go on as as many pieces, each a write of its own.
  const joiner = createJoiner((piece) => void stream.push(piece));
  const frame = (piece: Buffer): void => framer.write(piece, joiner.add);
  const stream = new Transform({
    highWaterMark: HIGH_WATER_MARK_BYTES,
    transform(bytes: Buffer, _encoding, done) {
      attempt(() => {
        parser.write(bytes, frame);
        joiner.flush();
      }, done);
    },
    flush(done) {
      attempt(() => {
        framer.end(parser.end(frame), joiner.add);
        joiner.flush();
      }, done);
    },
  });
  return stream;
}

function attempt(step: () => void, done: (fault?: Error) => void): void {
  try {
    step();
  } catch (fault) {
    done(fault as Error);
    return;
  }
  done();
}
