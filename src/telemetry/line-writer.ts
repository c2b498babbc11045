/** Writes bytes as far as they are taken, and says how many were: `fs.writeSync` on a file descriptor, errors and all. */
export type WriteSync = (bytes: Uint8Array) => number;

/** Takes lines and writes them in batches. */
export interface LineWriter {
  /**
   * @param isKept of those that are the last to be lost: such of the audit
   */
  readonly write: (line: string, isKept?: boolean) => void;
  /** Writes what is held back, as far as the reader takes it at once. */
  readonly flush: () => void;
  /** The same at the end of the process: a slow reader is waited for a little. */
  readonly finish: () => void;
  /** How many lines were lost since the start. */
  readonly lost: () => number;
}

/** What {@link createLineWriter} does besides writing. */
export interface Behind {
  /** Has `flush` called in a moment: the reader is behind, and may not be so for long. */
  readonly later?: (flush: () => void) => void;
  /** So many lines were lost, and the reader has taken all others. */
  readonly onBack?: (lost: number) => void;
}

/** A write a line would double the cost of a request. */
const BATCH_LENGTH = 4096;

/** What a reader who does not keep up may be behind; later lines are lost, and the process goes on. */
const MAX_BEHIND_BYTES = 1024 ** 2;
/** The same for lines that are kept. */
const MAX_KEPT_BYTES = 4 * MAX_BEHIND_BYTES;

const FINISH_ATTEMPTS = 50;
const FINISH_PAUSE_MS = 10;

/**
 * Makes a writer of lines. A reader who is gone, or a full disk, costs lines and nothing else.
 */
export function createLineWriter(writeSync: WriteSync, { later, onBack }: Behind = {}): LineWriter {
  const queue = createQueue(writeSync);
  let lines = "";
  let lost = 0;
  let told = 0;
  let isAsked = false;

  const flush = (): void => {
    if (lines !== "") queue.add(Buffer.from(lines));
    lines = "";
    if (queue.behind() === 0) return;
    const dropped = queue.write();
    lost += dropped;
    if (queue.behind() > 0) return callBack();
    if (dropped > 0 || lost === told) return;
    const untold = lost - told;
    told = lost;
    onBack?.(untold);
  };
  const callBack = (): void => {
    if (isAsked) return;
    isAsked = true;
    later?.(() => {
      isAsked = false;
      flush();
    });
  };
  return {
    write: (line, isKept = false) => {
      if (queue.behind() + lines.length >= (isKept ? MAX_KEPT_BYTES : MAX_BEHIND_BYTES)) {
        lost++;
        return;
      }
      lines += line;
      if (lines.length >= BATCH_LENGTH) flush();
    },
    flush,
    finish: () => {
      flush();
      for (let i = 0; queue.behind() > 0 && i < FINISH_ATTEMPTS; i++) {
        pause();
        flush();
      }
      // What was lost, if that is known only now.
      flush();
    },
    lost: () => lost,
  };
}

/** Bytes that are still to be written, in order. */
interface Queue {
  readonly add: (bytes: Uint8Array) => void;
  /** How many there are. */
  readonly behind: () => number;
  /** Writes as far as the reader takes it, and gives back how many lines were dropped: all, if none can ever be written. */
  readonly write: () => number;
}

function createQueue(writeSync: WriteSync): Queue {
  let parts: Uint8Array[] = [];
  let behind = 0;

  /** Takes the first part as far as it goes. */
  const writeFirst = (first: Uint8Array): void => {
    const count = writeSync(first);
    behind -= count;
    if (count < first.length) parts[0] = first.subarray(count);
    else parts.shift();
  };
  return {
    add: (bytes) => {
      parts.push(bytes);
      behind += bytes.length;
    },
    behind: () => behind,
    write: () => {
      try {
        for (let [first] = parts; first !== undefined; [first] = parts) writeFirst(first);
        return 0;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EAGAIN") return 0;
        const dropped = parts.reduce((count, part) => count + linesIn(part), 0);
        parts = [];
        behind = 0;
        return dropped;
      }
    },
  };
}

const LF = 0x0a;

function linesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FINISH_PAUSE_MS);
}
