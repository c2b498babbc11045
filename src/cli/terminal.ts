/** Where commands speak. */
export const terminal = {
  /** Prints a line on standard output. */
  out: (text: string): void => void process.stdout.write(`${text}\n`),
  /** Prints a line on standard error. */
  err: (text: string): void => void process.stderr.write(`${text}\n`),
  /** Text from outside with its control characters made visible, so that none of it commands the terminal. */
  plain: (text: string): string =>
    text.replace(
      /[\p{Cc}\u2028\u2029]/gu,
      (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
    ),
} as const;
