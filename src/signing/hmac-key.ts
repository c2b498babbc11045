import { hash } from "node:crypto";

/** SHA-256's block and digest, in bytes. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * A key of HMAC-SHA-256, prepared for many short messages: both pads of RFC 2104 are made once, and a message then costs
 * two one-shot hashes, about half of what an `Hmac` object costs.
 *
 * A class, so that no log and no inspection prints what is inside.
 */
export class HmacKey {
  readonly #inner: Buffer;
  /** The outer pad, with room behind it for the inner digest. */
  readonly #outer: Buffer;

  /** @param key at most 64 bytes */
  constructor(key: Buffer) {
    if (key.length > BLOCK_BYTES) throw new RangeError("an HMAC key longer than a block");
    this.#inner = Buffer.alloc(BLOCK_BYTES, 0x36);
    this.#outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
    for (const [at, byte] of key.entries()) {
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** The code of a message of ASCII; 64 hex digits. */
  sign(message: string): string {
    const padded = Buffer.allocUnsafe(BLOCK_BYTES + message.length);
    this.#inner.copy(padded);
    padded.write(message, BLOCK_BYTES, "latin1");
    hash("sha256", padded, "buffer").copy(this.#outer, BLOCK_BYTES);
    return hash("sha256", this.#outer, "hex");
  }
}
