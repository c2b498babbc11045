import type { ServerResponse } from "node:http";
import type { ErrorAnswer } from "../aws/service.ts";

/**
 * More than any error document of AWS but those that give back items. Where a signature is wrong, S3 repeats what was
 * signed three times, once as hex bytes, and a session token is long.
 */
const MAX_BYTES = 256 * 1024;

/** How an error document begins: S3's code stands first, and DynamoDB's type does. */
const NAMED = /^(?:(?:<\?xml[^>]*\?>)?\s*<Error>\s*<Code>\w{1,64}<\/Code>|\{"__type":"[\w.#]{1,200}")/;

/** An error answer that is kept back until it is there whole, so that it can be looked at before the client sees it. */
export class HeldAnswer {
  readonly status: number;
  /** Header lines as they came: name, value, name, value … */
  readonly raw: readonly Buffer[];
  readonly #method: string;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(method: string, status: number, raw: readonly Buffer[]) {
    this.#method = method;
    this.status = status;
    this.raw = raw;
  }

  /** Takes a piece in, and tells whether there is room for more. */
  add(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes <= MAX_BYTES;
  }

  /** The answer for those who look at it. A header that stands twice has no one value. */
  read(): ErrorAnswer {
    return {
      method: this.#method,
      status: this.status,
      header: (name) => {
        const values = this.raw.filter(
          (_, i) => i % 2 === 1 && this.raw[i - 1]?.toString("latin1").toLowerCase() === name,
        );
        return values.length === 1 ? values[0]?.toString("latin1") : undefined;
      },
      body: Buffer.concat(this.#chunks).toString("utf8"),
    };
  }

  /**
   * The answer as far as it came, where it is too large to be kept back: DynamoDB's error about a condition gives back
   * items. Undefined where its beginning does not name the error.
   */
  glimpse(): ErrorAnswer | undefined {
    const answer = this.read();
    const named = NAMED.exec(answer.body)?.[0];
    if (named === undefined) return undefined;
    // What is cut off within is no JSON any more.
    return named.startsWith("{") ? { ...answer, body: `${named}}` } : answer;
  }

  /**
   * Passes on what was kept back.
   *
   * @param headers for the client
   * @returns bytes of the body, and whether the client takes more
   */
  release(
    response: ServerResponse,
    headers: string[],
  ): { readonly bytes: number; readonly flowing: boolean } {
    response.writeHead(this.status, headers);
    const flowing = this.#chunks.reduce((_, chunk) => response.write(chunk), true);
    return { bytes: this.#bytes, flowing };
  }
}
