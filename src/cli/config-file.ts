import { loadWhole } from "../config/load-whole.ts";
import { type Environment, findConfig, isPipe, loadConfig, unsafeEnvironment } from "../config/load.ts";
import type { ConfigProblem, ConfigReading } from "../config/read.ts";
import type { Config } from "../config/schema.ts";
import { Complaint } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

/** Where commands look for the configuration, for their help. */
export const CONFIG_HELP =
  "-c, --config FILE   default: POSTERN_CONFIG, ./postern.yaml, /etc/postern/postern.yaml";

/** A configuration that may start, with the text it came from. */
export interface LoadedConfig {
  readonly path: string;
  readonly config: Config;
  readonly document: unknown;
  /** What may start, and yet may not be what is meant. */
  readonly warnings: readonly ConfigProblem[];
  /** Digest of the files that it refers to, as they were read. */
  readonly references: string;
}

/** What was found where a configuration should be, and around it. */
export interface Sighting {
  readonly path: string;
  readonly reading: ConfigReading;
  readonly references: string;
  /** Why the environment lets nothing start, whatever the file says. */
  readonly unsafe: readonly string[];
}

/**
 * Finds and reads the configuration, good or not.
 *
 * @throws Complaint where there is none
 */
export function lookAtConfig(asked: string | undefined, env: Environment): Sighting {
  const path = findConfig(asked, env);
  if (path === undefined)
    throw new Complaint(
      "no configuration: name one with --config FILE or POSTERN_CONFIG, or make ./postern.yaml",
      EXIT.config,
    );
  const { reading, references } = isPipe(path)
    ? { reading: loadConfig(path, env, Date.now), references: "" }
    : loadWhole(path, env, Date.now);
  return { path, reading, references, unsafe: unsafeEnvironment(env, process.execArgv) };
}

/**
 * Finds and reads the configuration, and prints every problem on standard error, one a line:
 * `file:line:column: path: message`, with the warnings among them. Undefined where there was any problem.
 *
 * @throws Complaint where there is none
 */
export function readConfigFile(asked: string | undefined, env: Environment): LoadedConfig | undefined {
  const { path, reading, references, unsafe } = lookAtConfig(asked, env);
  for (const message of unsafe) terminal.err(`postern: ${message}`);
  if (reading.config === undefined) printAll(path, reading);
  if (reading.config === undefined || unsafe.length > 0) return undefined;
  const { config, document, warnings } = reading;
  return { path, config, document, warnings, references };
}

/** Prints what is only warned of, on standard error: `file:line:column: warning: path: message`. */
export function printWarnings({ path, warnings }: LoadedConfig): void {
  for (const warning of warnings) terminal.err(painted(path, warning, "warning"));
}

/** Problems and warnings as they stand in the file: one may explain the other. */
function printAll(path: string, { problems, warnings }: Pick<ConfigReading, "problems" | "warnings">): void {
  const lines = [
    ...problems.map((one) => ({ ...one, text: painted(path, one) })),
    ...warnings.map((one) => ({ ...one, text: painted(path, one, "warning") })),
  ];
  for (const { text } of lines.sort((a, b) => a.line - b.line || a.column - b.column)) terminal.err(text);
}

/** A problem as a line for people: `file:line:column: path: message`. */
export function lineOf(file: string, { path, message, line, column }: ConfigProblem): string {
  return terminal.plain(`${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`);
}

/** The same for standard error, coloured on a terminal. */
function painted(file: string, problem: ConfigProblem, kind?: "warning"): string {
  const { faint, strong, bad, doubtful } = terminal.errorColours();
  const { plain } = terminal;
  const { path, message, line, column } = problem;
  const mark = kind === undefined ? bad : doubtful;
  const at = path === "" ? "" : `${mark(plain(path))}: `;
  const word = kind === undefined ? "" : `${mark(kind)}: `;
  return `${strong(plain(file))}${faint(`:${line}:${column}:`)} ${word}${at}${plain(message)}`;
}
