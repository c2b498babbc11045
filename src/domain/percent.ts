/** What RFC 3986 section 2.3 calls unreserved: these bytes are never escaped, and all others always are. */
const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_OR_SLASH = /^[A-Za-z0-9\-._~/]*$/;

/**
 * Escapes every byte but the unreserved ones, upper-case, as SigV4 wants it (`encodeURIComponent` leaves `!'()*`).
 *
 * @throws URIError for half a surrogate pair, which decoded text never has
 */
export function encodePercent(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Escapes as {@link encodePercent}, but keeps `/`. */
export function encodePath(path: string): string {
  if (UNRESERVED_OR_SLASH.test(path)) return path;
  return encodePercent(path).replaceAll("%2F", "/");
}

/** Decodes once; undefined where an escape is broken or the bytes are not UTF-8. */
export function decodePercent(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
