/** Where commands speak. */
export const terminal = {
  /** Prints a line on standard output. */
  out: (text: string): void => void process.stdout.write(`${text}\n`),
  /** Prints a line on standard error. */
  err: (text: string): void => void process.stderr.write(`${text}\n`),
  /**
   * Text from outside as one line with its control and formatting characters made visible, so that none of it commands
   * the terminal or hides in it. Escapes are those of JSON, so that JSON stays JSON.
   */
  plain: (text: string): string => text.replace(UNPRINTABLE, escaped),
} as const;

/** Controls, formatting such as turned writing direction, halves of surrogate pairs, and both kinds of line ends. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function escaped(char: string): string {
  return Array.from(
    { length: char.length },
    (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
