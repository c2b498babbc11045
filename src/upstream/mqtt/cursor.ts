import { isUtf8 } from "node:buffer";
import { malformed } from "./mqtt-fault.ts";

/** Reads what MQTT packets are made of (MQTT 5 section 1.5), and throws a `malformedPacket` fault where it is not there. */
export class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#advance(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 128 ** 3; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte === 0 && scale > 1) break;
      if (byte < 0x80) return value;
    }
    throw malformed("a number is longer than it need be");
  }

  binary(): Buffer {
    return this.take(this.uint16());
  }

  /** UTF-8 without U+0000, which the specification forbids (section 1.5.4). */
  text(): Buffer {
    const text = this.binary();
    if (!isUtf8(text) || text.includes(0)) throw malformed("a text is not UTF-8");
    return text;
  }

  take(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Everything that is left. */
  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }

  /** Sees that nothing is left. */
  end(): void {
    if (!this.isAtEnd) throw malformed("a packet is longer than what it says");
  }

  #advance(by: number): number {
    const start = this.#at;
    if (start + by > this.#bytes.length) throw malformed("a packet ends within what it says");
    this.#at = start + by;
    return start;
  }
}
