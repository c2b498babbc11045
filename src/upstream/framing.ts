/**
 * How a body shows where it ends (RFC 9112 section 6.3): it states its length, comes in chunks, or ends with its
 * connection. Another transfer coding is `unknown`: nobody here would take it off.
 */
export type Framing = "length" | "chunks" | "close" | "unknown";

/**
 * Reads the framing of an answer that has a body.
 *
 * @param raw header lines as undici hands them over: name, value, name, value …
 */
export function framingOf(raw: readonly Buffer[]): Framing {
  let framing: Framing = "close";
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as Buffer;
    if (isNamed(name, "content-length")) framing = "length";
    if (isNamed(name, "transfer-encoding"))
      return isNamed(raw[i + 1] as Buffer, "chunked") ? "chunks" : "unknown";
  }
  return framing;
}

/** Whether an answer has no body, whatever length it states (RFC 9110 section 6.4.1). */
export function isBodiless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

/** Whether a body is compressed, or in another coding that hides what it says (RFC 9110 section 8.4). */
export function isCoded(raw: readonly Buffer[]): boolean {
  return raw.some((value, i) => {
    if (i % 2 === 0 || !isNamed(raw[i - 1] as Buffer, "content-encoding")) return false;
    return value.length > 0 && !isNamed(value, "identity");
  });
}

/** Whether bytes are this lower-case word, in whatever case; most differ in length already. */
export function isNamed(bytes: Buffer, word: string): boolean {
  return bytes.length === word.length && bytes.toString("latin1").toLowerCase() === word;
}
