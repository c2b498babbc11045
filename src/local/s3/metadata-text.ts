/**
 * A value of user metadata as S3 gives it back: as it came when it is US-ASCII, else in one encoded word of RFC 2047.
 *
 * Encoded words are decoded before they are kept. Header bytes are read as ISO 8859-1, so that UTF-8 sent raw comes back
 * encoded twice. Source: Amazon S3 user guide, "User-defined object metadata".
 */
export function metadataText(header: string): string {
  const text = decodeWords(header);
  // oxlint-disable-next-line no-control-regex -- what is not printable US-ASCII
  if (!/[^\u0009\u0020-\u007e]/.test(text)) return text;
  return `=?UTF-8?B?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

function decodeWords(header: string): string {
  return header
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, form: string, word: string) =>
      form.toLowerCase() === "b" ? Buffer.from(word, "base64").toString("utf8") : decodeQ(word),
    );
}

function decodeQ(word: string): string {
  const bytes = word
    .replaceAll("_", " ")
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
