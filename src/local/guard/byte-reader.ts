/** Reads a stream of buffers by lines and by lengths, wherever the buffers happen to be split. */
export interface ByteReader {
  /** The text up to the next CRLF, without it; undefined when the stream ends first or the line is too long. */
  readonly line: () => Promise<string | undefined>;
  /** Between one and `max` bytes; undefined at the end. */
  readonly some: (max: number) => Promise<Buffer | undefined>;
  /** Tells the source that nobody reads on. */
  readonly close: () => Promise<void>;
}

const MAX_LINE_BYTES = 8192;
const EMPTY: Buffer = Buffer.alloc(0);

/** Makes a reader; it asks its source for more only when it needs more. */
export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let rest = EMPTY;

  /** Appends the next buffer to what is left; false at the end. */
  async function more(): Promise<boolean> {
    const next = await iterator.next();
    if (next.done === true) return false;
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return true;
  }

  return {
    line: async () => {
      let end = rest.indexOf("\r\n");
      while (end < 0) {
        if (rest.length > MAX_LINE_BYTES || !(await more())) return undefined;
        end = rest.indexOf("\r\n");
      }
      if (end > MAX_LINE_BYTES) return undefined;
      const text = rest.toString("latin1", 0, end);
      rest = rest.subarray(end + 2);
      return text;
    },
    some: async (max) => {
      while (rest.length === 0) if (!(await more())) return undefined;
      const taken = rest.subarray(0, max);
      rest = rest.subarray(taken.length);
      return taken;
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}
