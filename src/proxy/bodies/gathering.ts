/** The bytes of a body while they come, in memory of about twice their number, whatever pieces they come in. */
export interface Gathering {
  /** Takes the next piece; the caller sees to it that the bound is kept. */
  readonly add: (piece: Buffer) => void;
  readonly bytes: () => number;
  /** All of them, in memory of their own number. */
  readonly whole: () => Buffer;
}

/** Grows no more often than it must, and is little beside what a connection takes. */
const FIRST_BYTES = 64 * 1024;

/**
 * Gathers up to `mostBytes`. A piece that is kept as it came takes hundreds of bytes, be it of one byte, so pieces are
 * copied together. What is announced is not allocated before it comes: it may never come.
 */
export function createGathering(mostBytes: number): Gathering {
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  return {
    bytes: () => bytes,
    add: (piece) => {
      // Most bodies are one piece, and it need not be copied.
      if (bytes === 0) kept = piece;
      else {
        if (bytes + piece.length > kept.length) kept = larger(kept, bytes, bytes + piece.length, mostBytes);
        piece.copy(kept, bytes);
      }
      bytes += piece.length;
    },
    whole: () => (kept.length === bytes ? kept : Buffer.from(kept.subarray(0, bytes))),
  };
}

function larger(kept: Buffer, bytes: number, needed: number, mostBytes: number): Buffer {
  const grown = Buffer.allocUnsafe(Math.min(mostBytes, Math.max(FIRST_BYTES, 2 * needed)));
  kept.copy(grown, 0, 0, bytes);
  return grown;
}
