/** Writes bytes as far as they are taken, and says how many were: `fs.writeSync` on a file descriptor, errors and all. */
export type WriteSync = (bytes: Uint8Array) => number;

/** Takes lines and writes them in batches. */
export interface LineWriter {
  readonly write: (line: string) => void;
  /** Writes what is held back, as far as the reader takes it at once. */
  readonly flush: () => void;
  /** The same at the end of the process: a slow reader is waited for a little. */
  readonly finish: () => void;
}

/** A write a line would double the cost of a request. */
const BATCH_LENGTH = 4096;

/** What a reader who does not keep up may be behind; later lines are lost, and the process goes on. */
const MAX_BEHIND_BYTES = 1024 ** 2;

const FINISH_ATTEMPTS = 50;
const FINISH_PAUSE_MS = 10;

/**
 * Makes a writer of lines. A reader who is gone, or a full disk, costs lines and nothing else.
 */
export function createLineWriter(writeSync: WriteSync): LineWriter {
  let lines = "";
  let behind: Uint8Array = Buffer.alloc(0);

  const flush = (): void => {
    if (behind.length < MAX_BEHIND_BYTES) {
      behind = Buffer.concat([behind, Buffer.from(lines)]);
    }
    lines = "";
    behind = writtenAsFarAs(writeSync, behind);
  };
  return {
    write: (line) => {
      lines += line;
      if (lines.length >= BATCH_LENGTH) flush();
    },
    flush,
    finish: () => {
      flush();
      for (let i = 0; behind.length > 0 && i < FINISH_ATTEMPTS; i++) {
        pause();
        flush();
      }
    },
  };
}

/** Writes, and gives back what is left for later: nothing where the rest can never be written. */
function writtenAsFarAs(writeSync: WriteSync, bytes: Uint8Array): Uint8Array {
  let left = bytes;
  try {
    while (left.length > 0) left = left.subarray(writeSync(left));
    return left;
  } catch (error) {
    const later = error instanceof Error && "code" in error && error.code === "EAGAIN";
    return later ? left : left.subarray(left.length);
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FINISH_PAUSE_MS);
}
