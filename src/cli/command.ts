import { parseArgs, type ParseArgsConfig } from "node:util";
import type { Environment } from "../config/load.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

/** A command: arguments in, exit code out. */
export type Command = (args: readonly string[], env: Environment) => Promise<number>;

/** Options of a command, as `node:util` describes them. */
type Options = NonNullable<ParseArgsConfig["options"]>;

/** What a command line says: option values, and the words that are none. */
export interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly words: readonly string[];
}

/**
 * Makes a command of its help text, its options and what it does. `--help` prints the text; anything not understood is
 * said in one line, with exit code 64.
 */
export function command(
  help: string,
  options: Options,
  run: (parsed: Parsed, env: Environment) => Promise<number>,
): Command {
  return async (args, env) => {
    let parsed: Parsed;
    try {
      const { values, positionals } = parseArgs({
        args: [...args],
        options: { ...options, help: { type: "boolean", short: "h" } },
        allowPositionals: true,
      });
      parsed = { values: values as Parsed["values"], words: positionals };
    } catch (error) {
      terminal.err(`postern: ${error instanceof Error ? error.message : String(error)}`);
      return EXIT.usage;
    }
    if (parsed.values["help"] === true) {
      terminal.out(help);
      return EXIT.ok;
    }
    return run(parsed, env);
  };
}

/** The text of an option; undefined where it was not given. */
export function textOf({ values }: Parsed, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}
