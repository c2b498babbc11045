import { malformed, MqttFault } from "./mqtt-fault.ts";
import { REASONS } from "./reason-codes.ts";

/** AWS IoT Core takes payloads of 128 KiB; topic and properties come on top. */
export const MAX_PACKET_BYTES = 160 * 1024;

/** A length has at most four bytes, of seven bits each (MQTT 3.1.1 section 2.2.3, MQTT 5 section 1.5.5). */
const MAX_LENGTH_BYTES = 4;
const MORE = 0x80;
const NOTHING = Buffer.alloc(0);

/** Cuts a stream of bytes into MQTT packets, which begin and end where they like in what it comes in. */
export class Framer {
  /** What was not read yet stands from `#at` to `#end`. */
  #bytes: Buffer = NOTHING;
  #at = 0;
  #end = 0;
  /** Whether `#bytes` is the framer's own, so that it may be written to. */
  #isOwn = false;

  /** Takes bytes; they must not be changed from then on. */
  push(bytes: Buffer): void {
    if (this.#at === this.#end) return this.#take(bytes);
    if (!this.#isOwn || this.#bytes.length - this.#end < bytes.length) this.#grow(bytes.length);
    this.#end += bytes.copy(this.#bytes, this.#end);
  }

  /**
   * Reads a whole packet, from its first byte to its last; undefined where there is none yet.
   *
   * @throws MqttFault malformedPacket, packetTooLarge: as soon as its length is there
   */
  next(): Buffer | undefined {
    const length = this.#packetLength();
    if (length === undefined || this.#end - this.#at < length) return undefined;
    const packet = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    // A connection that rests holds on to nothing.
    if (this.#at === this.#end) this.#take(NOTHING);
    return packet;
  }

  #take(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = bytes.length;
    this.#isOwn = false;
  }

  /** Undefined where the length is not there yet. */
  #packetLength(): number | undefined {
    const start = this.#at + 1;
    let rest = 0;
    for (let i = 0; i < MAX_LENGTH_BYTES; i++) {
      if (start + i >= this.#end) return undefined;
      const byte = this.#bytes.readUInt8(start + i);
      rest += (byte & ~MORE) * 128 ** i;
      if ((byte & MORE) !== 0) continue;
      if (byte === 0 && i > 0) throw malformed("a length is longer than it need be");
      const length = 1 + i + 1 + rest;
      if (length > MAX_PACKET_BYTES) throw new MqttFault(REASONS.packetTooLarge, "a packet is too large");
      return length;
    }
    throw malformed("a length does not end");
  }

  /** By doubling: a packet may come in pieces of one byte, and must not be copied for each of them. */
  #grow(by: number): void {
    const unread = this.#end - this.#at;
    const bytes = Buffer.allocUnsafe(2 * (unread + by));
    this.#bytes.copy(bytes, 0, this.#at, this.#end);
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = unread;
    this.#isOwn = true;
  }
}
