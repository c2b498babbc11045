import { parseArgs, type ParseArgsConfig } from "node:util";
import type { Environment } from "../config/load.ts";
import { nearest } from "../domain/nearest.ts";
import { misuse } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

/** A command. */
export interface Command {
  /**
   * Arguments in, exit code out. Rejects with a {@link Complaint} where it gives up, and with anything else where nobody
   * foresaw it.
   */
  readonly run: (args: readonly string[], env: Environment) => Promise<number>;
  readonly grammar: Grammar;
}

/** A command as the command line finds it by its name. */
export interface Entry {
  /** What it does, for the list of commands. */
  readonly about: string;
  readonly load: () => Promise<Command>;
}

/** What can be said to a command. */
export interface Grammar {
  readonly name: string;
  /** What `--help` prints. */
  readonly help: string;
  /** As `node:util` describes them; `--help` comes by itself. */
  readonly options?: NonNullable<ParseArgsConfig["options"]>;
  /** How many words it takes besides options. Default none. */
  readonly words?: number;
  /** Whether what follows `--` is another's command line. Default no: it is words. */
  readonly hasRest?: boolean;
  /** What completes its words, and the values of its options by their names. */
  readonly completes?: Readonly<Record<string, Completion>>;
}

/** What may stand there: files, users of the stand-in AWS, or one of these texts. `words` names the first word. */
export type Completion = "files" | "users" | readonly string[];

/** What a command line says: option values, and the words that are none. */
export interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
  /** What follows `--`, where that is another's. */
  readonly rest: readonly string[];
}

/**
 * Makes a command of its grammar and what it does. `--help` prints the help; anything not understood, and anything said
 * twice but for what may be `multiple`, is a misuse.
 */
export function command(
  grammar: Grammar,
  run: (parsed: Parsed, env: Environment) => Promise<number>,
): Command {
  return {
    grammar,
    run: async (args, env) => {
      const mark = grammar.hasRest === true ? args.indexOf("--") : -1;
      const own = mark === -1 ? args : args.slice(0, mark);
      const parsed = { ...parse(grammar, own), rest: mark === -1 ? [] : args.slice(mark + 1) };
      if (parsed.values["help"] === true) {
        terminal.out(grammar.help);
        return EXIT.ok;
      }
      return run(parsed, env);
    },
  };
}

/** The text of an option; undefined where it was not given. */
export function textOf({ values }: Parsed, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** The texts of an option that may be given more than once, in order. */
export function textsOf({ values }: Parsed, name: string): readonly string[] {
  const given = values[name];
  return Array.isArray(given) ? given.map(String) : [];
}

/** Where to read what a command takes. */
export function seeHelp(name: string): string {
  return `see postern ${name} --help`;
}

function parse(
  { name, options = {}, words: most = 0 }: Grammar,
  args: readonly string[],
): Omit<Parsed, "rest"> {
  const { values, positionals: words, tokens } = understood(name, options, args);
  const given = tokens.flatMap((token) => (token.kind === "option" ? [token.name] : []));
  const twice = given.find((option, i) => given.indexOf(option) !== i && options[option]?.multiple !== true);
  if (twice !== undefined) throw misuse(`option --${twice} is given twice; ${seeHelp(name)}`);
  const odd = words[most];
  if (odd !== undefined && values["help"] !== true)
    throw misuse(`${name} does not know what to do with "${odd}"; ${seeHelp(name)}`);
  return { values, words };
}

function understood(name: string, options: NonNullable<Grammar["options"]>, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
      tokens: true,
    });
  } catch (error) {
    // Node's first sentence is what is wrong, and what follows it is advice.
    const [said = ""] = (error instanceof Error ? error.message : String(error)).split(/\.? ?\n|\. /);
    const unknown = /^Unknown option '--([^']+)'/.exec(said)?.[1];
    const meant = unknown === undefined ? undefined : nearest(unknown, [...Object.keys(options), "help"]);
    const remedy = meant === undefined ? seeHelp(name) : `did you mean --${meant}?`;
    throw misuse(`${said.charAt(0).toLowerCase()}${said.slice(1)}; ${remedy}`);
  }
}
