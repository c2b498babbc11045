const NOTHING = Buffer.alloc(0);

/** Runs in which there is nothing that JSON, XML or a URL would escape, and that do not stand anywhere by chance. */
const PLAIN_RUN = /[A-Za-z0-9]{12,}/g;

/** Keeps a session token from the client, to whom AWS's answers about a signature repeat it. */
export class TokenGuard {
  readonly #forms: readonly Buffer[];
  readonly #keep: number;
  /** The end of what streamed so far: the token may have begun there. */
  #kept: Buffer = NOTHING;

  constructor(token: string) {
    const piece = Buffer.from(distinctivePiece(token), "latin1");
    this.#forms = [piece, asHexBytes(piece)];
    this.#keep = Math.max(...this.#forms.map(({ length }) => length)) - 1;
  }

  /** Whether the token stands in any of these. */
  isIn(parts: readonly Buffer[]): boolean {
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    return this.#forms.some((form) => bytes.includes(form));
  }

  /**
   * Takes the next piece of a body that streams.
   *
   * @returns what may pass before the next piece comes; undefined where the token shows
   */
  pass(chunk: Buffer): Buffer | undefined {
    const bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    if (this.isIn([bytes])) return undefined;
    const end = Math.max(0, bytes.length - this.#keep);
    this.#kept = bytes.subarray(end);
    return bytes.subarray(0, end);
  }

  /** What is left once the body is over. */
  rest(): Buffer {
    return this.#kept;
  }
}

/** The longest run of what nobody escapes; of a token that has none, all of it. */
function distinctivePiece(token: string): string {
  return (
    (token.match(PLAIN_RUN) ?? []).reduce((best, run) => (run.length > best.length ? run : best), "") || token
  );
}

/** As S3 writes what was signed a second time: `41 57 53` (API reference, SignatureDoesNotMatch). */
function asHexBytes(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("hex").replaceAll(/(..)(?=.)/g, "$1 "), "latin1");
}
