import { loadWhole, type WholeReading } from "../config/load-whole.ts";
import type { Environment } from "../config/load.ts";
import type { ConfigReading } from "../config/read.ts";
import type { Sidecar } from "../sidecar/sidecar.ts";
import type { Log } from "../telemetry/log.ts";
import { recordProblem } from "./allow-record.ts";
import { type LoadedConfig, lineOf } from "./config-file.ts";

/** What {@link createReloader} needs. */
export interface ReloaderOptions {
  /** What runs. */
  readonly loaded: LoadedConfig;
  readonly env: Environment;
  readonly sidecar: Pick<Sidecar, "reload" | "reloadFailed">;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly allowRecord: boolean;
}

/** What came of looking whether the configuration is another. */
export interface Look extends Omit<WholeReading, "reading"> {
  /** Whether it is fit to run, and yet could not be taken over now: another time may be better. */
  readonly isPending: boolean;
}

/**
 * Makes the function that reads the configuration again and lets a new one run. What is not fit to does not replace what
 * runs, and the log says why, once of each state. Never rejects.
 *
 * @returns given whether to take over what has not changed too
 */
export function createReloader(options: ReloaderOptions): (isForced: boolean) => Promise<Look> {
  const { loaded, env, sidecar, log, allowRecord } = options;
  const { path } = loaded;
  let latest = JSON.stringify(loaded.config);

  const refuse = (problems: readonly string[]): void =>
    log.error("the configuration was not reloaded, and the last good one stays", { path, problems });
  const replace = async (reading: ConfigReading & { readonly config: object }): Promise<boolean> => {
    const problems = await sidecar.reload(reading);
    if (problems.length > 0) refuse(problems);
    else {
      log.info("the configuration was reloaded", { path, rules: reading.config.policy.rules.length });
      for (const { path, message } of reading.warnings) log.warn("the configuration", { path, message });
    }
    return problems.length > 0;
  };
  return async (isForced) => {
    const { reading, ...from } = loadWhole(path, env, Date.now);
    const text = JSON.stringify(reading.config ?? reading.problems);
    if (text === latest && !isForced) return { ...from, isPending: false };
    latest = text;
    const problems = unfit(path, reading, allowRecord);
    if (reading.config !== undefined && problems.length === 0)
      return { ...from, isPending: await replace(reading) };
    sidecar.reloadFailed();
    refuse(problems);
    return { ...from, isPending: false };
  };
}

function unfit(path: string, reading: ConfigReading, allowRecord: boolean): readonly string[] {
  if (reading.config === undefined) return reading.problems.map((problem) => lineOf(path, problem));
  const problem = recordProblem(reading.config, allowRecord);
  return problem === undefined ? [] : [problem];
}
