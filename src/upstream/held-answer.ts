import type { ServerResponse } from "node:http";
import type { ErrorAnswer } from "../aws/service.ts";

/** More than any error document of AWS. */
const MAX_BYTES = 16 * 1024;

/** An error answer that is kept back until it is there whole, so that it can be looked at before the client sees it. */
export class HeldAnswer {
  readonly #method: string;
  readonly #status: number;
  readonly #raw: readonly Buffer[];
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(method: string, status: number, raw: readonly Buffer[]) {
    this.#method = method;
    this.#status = status;
    this.#raw = raw;
  }

  /** Takes a piece in, and tells whether there is room for more: what is larger is no error document. */
  add(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes <= MAX_BYTES;
  }

  /** The answer for those who look at it. A header that stands twice has no one value. */
  read(): ErrorAnswer {
    return {
      method: this.#method,
      status: this.#status,
      header: (name) => {
        const values = this.#raw.filter(
          (_, i) => i % 2 === 1 && this.#raw[i - 1]?.toString("latin1").toLowerCase() === name,
        );
        return values.length === 1 ? values[0]?.toString("latin1") : undefined;
      },
      body: Buffer.concat(this.#chunks).toString("utf8"),
    };
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
    response.writeHead(this.#status, headers);
    const flowing = this.#chunks.reduce((_, chunk) => response.write(chunk), true);
    return { bytes: this.#bytes, flowing };
  }

  get raw(): readonly Buffer[] {
    return this.#raw;
  }
}
