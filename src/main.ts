import { misuse } from "./cli/complaint.ts";
import type { Command } from "./cli/command.ts";
import { COMMANDS } from "./cli/commands.ts";
import { EXIT } from "./cli/exit.ts";
import { withLastWords } from "./cli/last-words.ts";
import { terminal } from "./cli/terminal.ts";
import { usage } from "./cli/usage.ts";
import { version } from "./cli/version.ts";
import { nearest } from "./domain/nearest.ts";

/**
 * Runs the command line. It never rejects: what goes wrong is said in one line.
 *
 * @param argv without the program's own name
 * @returns the exit code: 0, 1 failure or denied, 64 usage, 78 configuration
 */
export function main(argv: readonly string[]): Promise<number> {
  return withLastWords(() => run(argv), process.env);
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  switch (name) {
    case undefined:
      terminal.err(usage());
      return EXIT.usage;
    case "help":
    case "--help":
    case "-h":
      return args[0] === undefined ? say(usage()) : (await commandOf(args[0])).run(["--help"], process.env);
    case "version":
    case "--version":
    case "-V":
      return say(args[0] === "--json" ? JSON.stringify({ version: version() }) : `postern ${version()}`);
    default:
      return (await commandOf(name)).run(args, process.env);
  }
}

function say(text: string): number {
  terminal.out(text);
  return EXIT.ok;
}

async function commandOf(name: string): Promise<Command> {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry !== undefined) return entry.load();
  const meant = nearest(name, Object.keys(COMMANDS));
  const remedy = meant === undefined ? "see postern --help" : `did you mean ${meant}?`;
  throw misuse(`there is no command "${name}"; ${remedy}`);
}
