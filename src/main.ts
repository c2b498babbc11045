import { EXIT } from "./cli/exit.ts";
import type { Command } from "./cli/command.ts";
import { terminal } from "./cli/terminal.ts";
import { HELP, version } from "./cli/usage.ts";

/** The commands; each is loaded when it is called, so that none pays for another's parts. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./cli/serve.ts")).serve,
  dev: async () => (await import("./cli/dev.ts")).dev,
  check: async () => (await import("./cli/check.ts")).check,
  token: async () => (await import("./cli/token.ts")).token,
  whoami: async () => (await import("./cli/whoami.ts")).whoami,
  health: async () => (await import("./cli/health.ts")).health,
};

/**
 * Runs the command line.
 *
 * @param argv without the program's own name
 * @returns the exit code: 0, 1 failure or denied, 64 usage, 78 configuration
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    terminal.out(HELP);
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === "--version" || name === "-V" || name === "version") {
    terminal.out(`postern ${version()}`);
    return EXIT.ok;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    terminal.err(`postern: there is no command "${terminal.plain(name)}"; see postern --help`);
    return EXIT.usage;
  }
  return (await load())(args, process.env);
}
