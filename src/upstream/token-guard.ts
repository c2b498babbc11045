import type { SignedRequest } from "./signed-request.ts";

const NOTHING = Buffer.alloc(0);

/** Runs in which there is nothing that JSON, XML or a URL would escape, and that do not stand anywhere by chance. */
const PLAIN_RUN = /[A-Za-z0-9]{12,}/g;

/**
 * Keeps a session token from the client, to whom AWS's answers about a signature repeat it, and applications that show
 * what they were asked.
 */
export class TokenGuard {
  /** By these the token is known. */
  readonly #forms: readonly Buffer[];
  /** What one of these begins with waits: nothing of a token passes that comes in pieces. */
  readonly #beginnings: readonly Buffer[];
  /** The end of what streamed so far, where the token may have begun. */
  #kept: Buffer = NOTHING;

  constructor(token: string) {
    const piece = Buffer.from(distinctivePiece(token), "latin1");
    this.#forms = [piece, asHexBytes(piece)];
    this.#beginnings = [...this.#forms, Buffer.from(token, "latin1")];
  }

  /** Whether the token stands in any of these. */
  isIn(parts: readonly Buffer[]): boolean {
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    return this.#forms.some((form) => bytes.includes(form));
  }

  /**
   * Takes the next piece of a body that streams. Only what may be the beginning of the token waits for the next one: an
   * event that an application sends is not held up until its next event.
   *
   * @returns what may pass before the next piece comes; undefined where the token shows
   */
  pass(chunk: Buffer): Buffer | undefined {
    const bytes = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    if (this.isIn([bytes])) return undefined;
    const end = bytes.length - Math.max(...this.#beginnings.map((form) => begunIn(bytes, form)));
    this.#kept = bytes.subarray(end);
    return bytes.subarray(0, end);
  }

  /** What is left once the body is over. */
  rest(): Buffer {
    return this.#kept;
  }
}

/**
 * The guard of an answer: of all that an application answers, and of errors. What succeeded at AWS is an object or an
 * item, and is not looked at.
 *
 * @param isHeld whether it is an error that somebody looks at
 */
export function guardOf(
  { sessionToken = "", application }: Pick<SignedRequest, "sessionToken" | "application">,
  isHeld: boolean,
): TokenGuard | undefined {
  const isWatched = sessionToken !== "" && (isHeld || application !== undefined);
  return isWatched ? new TokenGuard(sessionToken) : undefined;
}

/** How many bytes at the end are the beginning of a form. */
function begunIn(bytes: Buffer, form: Buffer): number {
  const first = form[0] as number;
  let at = bytes.indexOf(first, Math.max(0, bytes.length - form.length + 1));
  while (at !== -1 && !bytes.subarray(at).equals(form.subarray(0, bytes.length - at)))
    at = bytes.indexOf(first, at + 1);
  return at === -1 ? 0 : bytes.length - at;
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
