import { type Environment, findConfig, loadConfig, unsafeEnvironment } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { terminal } from "./terminal.ts";

/** Where commands look for the configuration, for their help. */
export const CONFIG_HELP =
  "-c, --config FILE   default: POSTERN_CONFIG, ./postern.yaml, /etc/postern/postern.yaml";

/** A configuration that may start, with the text it came from. */
export interface LoadedConfig {
  readonly path: string;
  readonly config: Config;
  readonly document: unknown;
}

/**
 * Finds and reads the configuration, and prints every problem on standard error, one a line:
 * `file:line:column: path: message`. Undefined where there was any.
 */
export function readConfigFile(asked: string | undefined, env: Environment): LoadedConfig | undefined {
  const path = findConfig(asked, env);
  if (path === undefined) {
    terminal.err(
      "postern: no configuration: name one with --config FILE or POSTERN_CONFIG, or make ./postern.yaml",
    );
    return undefined;
  }
  const unsafe = unsafeEnvironment(env, process.execArgv);
  for (const message of unsafe) terminal.err(`postern: ${message}`);
  const reading = loadConfig(path, env);
  for (const { path: place, message, line, column } of reading.problems) {
    const where = place === "" ? "" : `${place}: `;
    terminal.err(terminal.plain(`${path}:${line}:${column}: ${where}${message}`));
  }
  if (reading.config === undefined || unsafe.length > 0) return undefined;
  return { path, config: reading.config, document: reading.document };
}
