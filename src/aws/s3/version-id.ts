/**
 * Whether a text can name a version of an object. None begins or ends with white space, and nobody says whether S3 takes
 * it away: of nothing but white space nothing may be left.
 */
export function isVersionId(text: string): boolean {
  return text !== "" && text === text.trim();
}
