import { plainText } from "../domain/plain-text.ts";
import { type Palette, paletteFor } from "./colour.ts";

/** Colours lines whose every character can be seen. */
export type Paint = (lines: readonly string[], palette: Palette) => readonly string[];

/** Where commands speak. */
export const terminal = {
  /** Prints a line on standard output. */
  out: (text: string): void => void process.stdout.write(`${text}\n`),
  /** Prints a line on standard error. */
  err: (text: string): void => void process.stderr.write(`${text}\n`),
  /** Prints lines of text from anywhere on standard output, coloured last. */
  lines: (lines: readonly string[], paint: Paint = (same) => same): void => {
    process.stdout.write(
      `${paint(lines.map(plainText), paletteFor(process.stdout, process.env)).join("\n")}\n`,
    );
  },
  /** Prints a value as JSON on standard output, for programs. */
  json: (value: unknown): void => {
    terminal.lines(JSON.stringify(value, undefined, 2).split("\n"));
  },
  /** Says on a terminal what is waited for, in a line that the next takes the place of. Elsewhere nothing is said. */
  progress: (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
  },
  /** Takes the line of {@link terminal.progress} away. */
  done: (): void => {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
  },
  /** Colours for standard output and for standard error. They go on text that {@link terminal.plain} has seen. */
  colours: (): Palette => paletteFor(process.stdout, process.env),
  errorColours: (): Palette => paletteFor(process.stderr, process.env),
  plain: plainText,
} as const;
