/** Continuation, text, binary, close, ping and pong (RFC 6455 section 5.2); all others are reserved. */
const OPCODES: ReadonlySet<number> = new Set([0x0, 0x1, 0x2, 0x8, 0x9, 0xa]);
const CLOSE = 0x8;
const FIN = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
/** What a close frame without a code is told apart by (section 7.4.1). */
const NO_CODE = 1005;

/**
 * Follows the frames in one direction of a WebSocket connection (RFC 6455 section 5.2). Of each frame the header alone is
 * looked at, and of a close frame the code; where a chunk begins and ends does not matter.
 */
export class FrameTracker {
  readonly #isMasked: boolean;
  /** Header bytes that came, and how many there will be. */
  #seen = 0;
  #size = 2;
  #opcode = 0;
  #length = 0;
  /** Payload bytes that are still to come. */
  #left = 0;
  /** The last four bytes of the header: where frames are masked, the mask. */
  #mask = 0;
  #code = 0;
  #closeCode: number | undefined;
  #fault: string | undefined;

  /** @param isMasked whether the frames have to be masked, as a client's have; a server's must not be */
  constructor(isMasked: boolean) {
    this.#isMasked = isMasked;
  }

  /** Whether all that was read are whole frames. */
  get isBetween(): boolean {
    return this.#seen === 0 && this.#left === 0;
  }

  /** Of the close frame that came whole; 1005 where it has no code. Nothing follows it. */
  get closeCode(): number | undefined {
    return this.#closeCode;
  }

  /** What cannot be read on; for the log. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /**
   * Reads on, to the end of the chunk at most: behind a close frame, and before a frame that cannot be read, is the end too.
   *
   * @param oneFrame whether the end of a frame is the end
   * @returns where the end is
   */
  scan(chunk: Buffer, oneFrame: boolean): number {
    let at = 0;
    let start = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        at = this.#readPayload(chunk, at);
      } else {
        if (this.#seen === 0) start = at;
        this.#readHeader(chunk[at] ?? 0);
        at += 1;
        if (this.#fault !== undefined) return this.#stepBack(at - start, start);
      }
      if (this.isBetween && this.#endsHere(oneFrame)) return at;
    }
    return at;
  }

  #endsHere(oneFrame: boolean): boolean {
    if (this.#opcode === CLOSE) this.#closeCode = this.#length < 2 ? NO_CODE : this.#code;
    return oneFrame || this.#opcode === CLOSE;
  }

  /** Leaves a frame that cannot be read unread, if its first byte has not been let go of yet. */
  #stepBack(read: number, start: number): number {
    if (read === this.#seen) this.#seen = 0;
    return start;
  }

  #readHeader(byte: number): void {
    this.#seen += 1;
    if (this.#seen === 1) this.#readFirst(byte);
    else if (this.#seen === 2) this.#readSecond(byte);
    else if (this.#seen <= this.#size - this.#maskBytes()) this.#length = this.#length * 256 + byte;
    else this.#mask = (this.#mask << 8) | byte;
    if (this.#fault === undefined && this.#seen === this.#size) this.#beginPayload();
  }

  #readFirst(byte: number): void {
    this.#opcode = byte & 0x0f;
    if (!OPCODES.has(this.#opcode)) this.#fault = "a reserved opcode";
    else if (this.#opcode >= CLOSE && (byte & FIN) === 0) this.#fault = "a control frame in pieces";
    this.#size = 2;
  }

  #readSecond(byte: number): void {
    const length = byte & 0x7f;
    if (((byte & MASKED) !== 0) !== this.#isMasked)
      this.#fault = this.#isMasked
        ? "a client's frame that is not masked"
        : "a server's frame that is masked";
    else if (this.#opcode >= CLOSE && length > 125) this.#fault = "a control frame that is too long";
    this.#size = 2 + lengthBytes(length) + this.#maskBytes();
    this.#length = length > 125 ? 0 : length;
  }

  #beginPayload(): void {
    // The protocol's own limit is 2^63 - 1, which no number here could count down.
    if (this.#length > Number.MAX_SAFE_INTEGER) {
      this.#fault = "a frame that is too long";
      return;
    }
    this.#seen = 0;
    this.#left = this.#length;
    this.#code = 0;
  }

  #readPayload(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    if (this.#opcode === CLOSE) for (let i = at; i < end; i += 1) this.#readClose(chunk[i] ?? 0);
    else this.#left -= end - at;
    return end;
  }

  #readClose(byte: number): void {
    const index = this.#length - this.#left;
    this.#left -= 1;
    if (index >= 2) return;
    const mask = this.#isMasked ? (this.#mask >>> (24 - 8 * index)) & 0xff : 0;
    this.#code = (this.#code << 8) | (byte ^ mask);
  }

  #maskBytes(): number {
    return this.#isMasked ? MASK_BYTES : 0;
  }
}

/** How many bytes of length follow the first seven bits. */
function lengthBytes(length: number): number {
  if (length === 127) return 8;
  return length === 126 ? 2 : 0;
}
