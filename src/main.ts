import { misuse } from "./cli/complaint.ts";
import type { Command } from "./cli/command.ts";
import { EXIT } from "./cli/exit.ts";
import { withLastWords } from "./cli/last-words.ts";
import { terminal } from "./cli/terminal.ts";
import { HELP } from "./cli/usage.ts";
import { version } from "./cli/version.ts";
import { nearest } from "./domain/nearest.ts";

/** The commands; each is loaded when it is called, so that none pays for another's parts. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./cli/serve.ts")).serve,
  dev: async () => (await import("./cli/dev.ts")).dev,
  check: async () => (await import("./cli/check.ts")).check,
  test: async () => (await import("./cli/test.ts")).test,
  explain: async () => (await import("./cli/explain.ts")).explain,
  suggest: async () => (await import("./cli/suggest.ts")).suggest,
  token: async () => (await import("./cli/token.ts")).token,
  whoami: async () => (await import("./cli/whoami.ts")).whoami,
  presign: async () => (await import("./cli/presign.ts")).presign,
  credentials: async () => (await import("./cli/credentials.ts")).credentials,
  exec: async () => (await import("./cli/exec.ts")).exec,
  health: async () => (await import("./cli/health.ts")).health,
};

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
      terminal.err(HELP);
      return EXIT.usage;
    case "help":
    case "--help":
    case "-h":
      return args[0] === undefined ? say(HELP) : (await commandOf(args[0]))(["--help"], process.env);
    case "version":
    case "--version":
    case "-V":
      return say(`postern ${version()}`);
    default:
      return (await commandOf(name))(args, process.env);
  }
}

function say(text: string): number {
  terminal.out(text);
  return EXIT.ok;
}

async function commandOf(name: string): Promise<Command> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return load();
  const meant = nearest(name, Object.keys(COMMANDS));
  const remedy = meant === undefined ? "see postern --help" : `did you mean ${meant}?`;
  throw misuse(`there is no command "${name}"; ${remedy}`);
}
