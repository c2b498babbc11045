import { withoutTokens } from "./without-tokens.ts";

/** Makes a line of the log fit for whoever reads it: it is one line, commands no terminal, and shows no token. */
export function plainLine(line: string): string {
  return withoutTokens(withoutControls(line));
}

const CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * JSON escapes the control characters below U+0020 only. Those above it end lines or command terminals just as well, and
 * keys and groups are written by strangers.
 */
function withoutControls(line: string): string {
  return line.replace(CONTROLS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
