import { COMMANDS } from "./commands.ts";

/** What `postern --help` prints. */
export function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(12)}  ${about}`);
  return `postern: verifies Cognito tokens, decides by policy, signs with the caller's own AWS credentials.

Usage: postern COMMAND [options]

${lines.join("\n")}

  --help, -h       this text; after a command, that command's
  --version, -V    the version; with --json as JSON

Exit codes: 0 done, 1 failed or denied, 64 wrong usage, 78 wrong configuration.
What a command tells stands on standard output, with --json as one JSON value, and what went wrong on standard error, in
words. Colours are for terminals: NO_COLOR=1 leaves them out, FORCE_COLOR=1 writes them anyway.
POSTERN_DEBUG=1 tells where an error came from that nobody foresaw.`;
}
