import type { Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";

/**
 * Reads a body that decides: exactly one encoding, UTF-8 without a byte order mark, so that AWS can read nothing else
 * in it than Postern does.
 *
 * @throws Refusal header-not-allowed, body-malformed
 */
export function readText(headers: Headers, body: Buffer, contentTypes: readonly string[]): string {
  const encoding = headers.get("content-encoding");
  if (encoding !== undefined) {
    throw new Refusal("header-not-allowed", { detail: "content-encoding on a body that decides" });
  }
  const contentType = headers.get("content-type");
  if (contentType !== undefined && !contentTypes.includes(mediaType(contentType))) {
    throw new Refusal("header-not-allowed", { detail: "not the content-type of the protocol" });
  }
  if (body[0] === 0xef && body[1] === 0xbb) throw malformed("a byte order mark");
  try {
    return UTF8.decode(body);
  } catch (cause) {
    throw malformed("bytes that are not UTF-8", cause);
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The media type; with a charset other than UTF-8 the whole value, which then equals nothing. */
function mediaType(contentType: string): string {
  const value = contentType.trim().toLowerCase();
  const semicolon = value.indexOf(";");
  if (semicolon === -1) return value;
  const parameter = value.slice(semicolon + 1).trim();
  return parameter === "charset=utf-8" || parameter === 'charset="utf-8"'
    ? value.slice(0, semicolon).trim()
    : value;
}

/** A body that cannot be read, or can be read in two ways. */
export function malformed(detail: string, cause?: unknown): Refusal {
  return new Refusal("body-malformed", { detail, cause });
}
