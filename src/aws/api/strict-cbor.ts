import { isUtf8 } from "node:buffer";
import { decode, type DecodeOptions, type Token, Tokenizer } from "cborg";
import { malformed } from "../body.ts";
import type { JsonObject } from "../strict-json.ts";

/** As in JSON. */
const MAX_DEPTH = 64;

/** Items of all kinds in one body, as in JSON: what bounds the time and memory that reading takes. */
const MAX_PARTS = 640_000;

const BOM = Buffer.from("\uFEFF");

/**
 * A number of any encoding has one reading, so that longer ones than need be pass: SDKs choose the room for a length
 * before they know it. Tags are those of Smithy: times, and large numbers, in which no resource is named.
 */
const OPTIONS: DecodeOptions = {
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
  tags: Object.fromEntries([1, 2, 3, 4].map((tag) => [tag, (content: () => unknown) => content()])),
};

/**
 * Decodes a CBOR map (RFC 8949) of text keys, of which none stands twice, at any depth. Arrays and maps may be of
 * indefinite length; texts may not, of which readers could join the pieces in two ways.
 *
 * @throws Refusal body-malformed
 */
export function parseStrictCbor(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = decode(bytes, { ...OPTIONS, tokenizer: new StrictTokens(bytes) });
  } catch (cause) {
    throw malformed("the CBOR cannot be read", cause);
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    throw malformed("the CBOR is not a map");
  return value as JsonObject;
}

/** Counts what is read before it is built, and checks that texts are UTF-8. */
class StrictTokens {
  readonly #inner: Tokenizer;
  /** How many items are still to come in each container that is open, the innermost last. */
  readonly #open: number[] = [];
  #parts = 0;

  constructor(bytes: Uint8Array) {
    this.#inner = new Tokenizer(bytes, OPTIONS);
  }

  done(): boolean {
    return this.#inner.done();
  }

  pos(): number {
    return this.#inner.pos();
  }

  next(): Token {
    const token = this.#inner.next();
    if (++this.#parts > MAX_PARTS) throw malformed("CBOR of too many parts");
    this.#follow(token);
    checkText(token);
    return token;
  }

  #follow(token: Token): void {
    const items = itemsIn(token);
    if (items > 0) this.#open.push(items);
    else this.#close(token.type.name === "break");
    if (this.#open.length > MAX_DEPTH) throw malformed("CBOR nested too deep");
  }

  /** An item has ended, and with it each container of which it was the last. */
  #close(isBreak: boolean): void {
    if (isBreak) this.#open.pop();
    while (this.#open.length > 0) {
      const left = (this.#open.pop() ?? 0) - 1;
      if (left > 0) {
        this.#open.push(left);
        return;
      }
    }
  }
}

function itemsIn({ type: { name }, value }: Token): number {
  if (name === "tag") return 1;
  if (name === "array") return value as number;
  return name === "map" ? (value as number) * 2 : 0;
}

/** What is no UTF-8, or has a byte order mark, would be read as another text than it is. */
function checkText({ byteValue }: Token): void {
  if (byteValue === undefined) return;
  if (!isUtf8(byteValue) || BOM.equals(byteValue.subarray(0, BOM.length)))
    throw malformed("a text of CBOR that is not plain UTF-8");
}
