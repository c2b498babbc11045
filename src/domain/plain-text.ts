/** Controls, formatting such as turned writing direction, halves of surrogate pairs, and both kinds of line ends. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * Text from outside as one line with its control and formatting characters made visible, so that nothing hides in it and
 * none of it turns what stands around it. Escapes are those of JSON.
 */
export function plainText(text: string): string {
  return text.replace(UNSEEN, escaped);
}

function escaped(char: string): string {
  return Array.from(
    { length: char.length },
    (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
