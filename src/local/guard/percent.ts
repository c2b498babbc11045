const UNRESERVED = /^[A-Za-z0-9\-._~]$/;
const PLAIN = /^[A-Za-z0-9\-._~/]*$/;

/** Byte → how SigV4 writes it. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** Decodes `%XX` to bytes, one a character (latin1); undefined where a `%` begins no escape. */
export function percentDecode(text: string, plus: "plus-is-plus" | "plus-is-space"): string | undefined {
  const spaced = plus === "plus-is-space" ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  let bytes = "";
  for (let at = 0; at < spaced.length; at++) {
    if (spaced[at] !== "%") {
      bytes += spaced[at];
      continue;
    }
    const digits = spaced.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return undefined;
    bytes += String.fromCharCode(Number.parseInt(digits, 16));
    at += 2;
  }
  return bytes;
}

/** Writes bytes (latin1) as SigV4 does: everything but RFC 3986's unreserved characters as upper-case `%XX`. */
export function percentEncode(bytes: string, slash: "keep-slash" | "encode-slash"): string {
  if (PLAIN.test(bytes) && (slash === "keep-slash" || !bytes.includes("/"))) return bytes;
  let text = "";
  for (let at = 0; at < bytes.length; at++) {
    text += slash === "keep-slash" && bytes[at] === "/" ? "/" : ENCODED[bytes.charCodeAt(at) & 0xff];
  }
  return text;
}

/** Reads bytes (latin1) as UTF-8; undefined where they are not. */
export function utf8(bytes: string): string | undefined {
  try {
    return STRICT.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
