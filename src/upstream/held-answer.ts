import type { ErrorAnswer } from "../aws/service.ts";
import { isNamed } from "./framing.ts";
import { inflate } from "./inflate.ts";
import type { TokenGuard } from "./token-guard.ts";

/**
 * More than any error document of AWS but those that give back items. Where a signature is wrong, S3 repeats what was
 * signed three times, once as hex bytes, and a session token is long.
 */
const MAX_BYTES = 256 * 1024;

/** How an error document begins: S3's code stands first, and DynamoDB's type does. */
const NAMED = /^(?:(?:<\?xml[^>]*\?>)?\s*<Error>\s*<Code>\w{1,64}<\/Code>|\{"__type":"[\w.#]{1,200}")/;

/** Where somebody may tell what is wrong with a signature, or that a bucket is elsewhere. */
export function mayBeFault(status: number): boolean {
  return status >= 300 && status !== 304;
}

/** An error answer that is kept back until it is there whole, so that it can be looked at before the client sees it. */
export class HeldAnswer {
  readonly status: number;
  /** Header lines as they came: name, value, name, value … */
  readonly raw: readonly Buffer[];
  /** Pieces of the body as they came. */
  readonly chunks: Buffer[] = [];
  readonly #method: string;
  readonly #coding: string;
  #bytes = 0;

  constructor(method: string, status: number, raw: readonly Buffer[]) {
    this.#method = method;
    this.status = status;
    this.raw = raw;
    this.#coding = this.#valuesOf("content-encoding").join();
  }

  /** Takes a piece in, and tells whether there is room for more. */
  add(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes <= MAX_BYTES;
  }

  /** The answer for those who look at it; undefined where its coding hides what it says. */
  read(): ErrorAnswer | undefined {
    const body = inflate(Buffer.concat(this.chunks), this.#coding);
    return body === undefined ? undefined : { ...this.#answerOf(body.toString("utf8")), bytes: body };
  }

  /**
   * The answer as far as it came, where it is too large to be kept back: DynamoDB's error about a condition gives back
   * items. Undefined where its beginning does not name the error.
   */
  glimpse(): ErrorAnswer | undefined {
    if (this.#coding !== "") return undefined;
    const body = Buffer.concat(this.chunks).toString("utf8");
    const named = NAMED.exec(body)?.[0];
    if (named === undefined) return undefined;
    // What is cut off within is no JSON any more.
    return this.#answerOf(named.startsWith("{") ? `${named}}` : body);
  }

  /** Whether the session token stands anywhere in what came: in a header line, in the body, or in what it is packed into. */
  repeats(guard: TokenGuard): boolean {
    const body = Buffer.concat(this.chunks);
    return guard.isIn([...this.raw, body, inflate(body, this.#coding) ?? body]);
  }

  #answerOf(body: string): ErrorAnswer {
    return {
      method: this.#method,
      status: this.status,
      // A header that stands twice has no one value.
      header: (name) => {
        const values = this.#valuesOf(name);
        return values.length === 1 ? values[0] : undefined;
      },
      body,
    };
  }

  #valuesOf(name: string): readonly string[] {
    return this.raw
      .filter((_, i) => i % 2 === 1 && isNamed(this.raw[i - 1] as Buffer, name))
      .map((value) => value.toString("latin1"));
  }
}
