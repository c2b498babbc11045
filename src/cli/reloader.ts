import { hash } from "node:crypto";
import { loadWhole, type WholeReading } from "../config/load-whole.ts";
import type { Environment } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Sidecar } from "../sidecar/life.ts";
import type { Log } from "../telemetry/log.ts";
import { recordProblem } from "./allow-record.ts";
import { type LoadedConfig, lineOf } from "./config-file.ts";

/** What {@link createReloader} needs. */
export interface ReloaderOptions {
  /** What runs. */
  readonly loaded: LoadedConfig;
  readonly env: Environment;
  readonly sidecar: Pick<Sidecar, "reload" | "reloadFailed">;
  readonly log: Pick<Log, "warn" | "audit" | "auditSince">;
  readonly allowRecord: boolean;
}

/** What came of looking whether the configuration is another. */
export interface Look extends Pick<WholeReading, "files" | "stamps"> {
  /** Whether it could not be taken over now, and another time may be better. */
  readonly isPending: boolean;
}

/** Why a configuration is not taken over. */
interface Obstacle {
  readonly problems: readonly string[];
  readonly isPassing: boolean;
}

/**
 * Makes the function that reads the configuration again and lets a new one run. What is not fit to does not replace what
 * runs, and the log says why, once of each state. Never rejects.
 *
 * @returns given whether to take over what has not changed too
 */
export function createReloader(options: ReloaderOptions): (isForced: boolean) => Promise<Look> {
  const { loaded, env, sidecar, log } = options;
  const { path } = loaded;
  let latest = textOf(loaded, loaded.references);
  let told = "";
  let running = policyOf(loaded.config);
  let logged = loaded.config.log;

  const accept = (config: Config): void => {
    const before = running;
    const loggedBefore = logged;
    running = policyOf(config);
    logged = config.log;
    told = "";
    // Who turns the audit off stands in it.
    const changed = JSON.stringify(logged) === JSON.stringify(loggedBefore) ? undefined : logged;
    const fields = { path, ...running, before, log: changed };
    log.auditSince(loggedBefore, "reload", "the configuration was reloaded", fields);
  };
  const refuse = (problems: readonly string[]): void => {
    sidecar.reloadFailed();
    const text = problems.join("\n");
    if (text !== told) log.audit("reload", NOT_RELOADED, { path, problems, ...running }, "error");
    told = text;
  };
  return async (isForced) => {
    const whole = loadWhole(path, env, Date.now);
    const { reading, files, stamps } = whole;
    const text = textOf(reading, whole.references);
    if (text === latest && !isForced) return { files, stamps, isPending: false };
    latest = text;
    const obstacle = await takeOver(whole, options, accept);
    if (obstacle !== undefined) refuse(obstacle.problems);
    return { files, stamps, isPending: obstacle?.isPassing === true };
  };
}

const NOT_RELOADED = "the configuration was not reloaded, and the last good one stays";

/** What an audit is told of a policy: by its digest two of one text are known to be one. */
function policyOf({ policy }: Config): { readonly rules: number; readonly policy: string } {
  return {
    rules: policy.rules.length,
    policy: hash("sha256", JSON.stringify(policy), "hex").slice(0, DIGEST_LENGTH),
  };
}

const DIGEST_LENGTH = 16;

/** What runs, and all that it was read from: two of the same text are one. */
function textOf(
  { config, document, problems }: { config?: unknown; document?: unknown; problems?: unknown },
  references: string,
): string {
  return JSON.stringify([config === undefined ? problems : [config, document], references]);
}

async function takeOver(
  { reading, isWhole }: WholeReading,
  { loaded: { path }, sidecar, log, allowRecord }: ReloaderOptions,
  accept: (config: Config) => void,
): Promise<Obstacle | undefined> {
  if (!isWhole) return { problems: [`${path}: it changes while it is read`], isPassing: true };
  if (reading.config === undefined)
    return { problems: reading.problems.map((problem) => lineOf(path, problem)), isPassing: false };
  const problem = recordProblem(reading.config, allowRecord);
  if (problem !== undefined) return { problems: [problem], isPassing: false };
  const obstacle = await sidecar.reload(reading);
  if (obstacle !== undefined) return obstacle;
  accept(reading.config);
  for (const { path, message } of reading.warnings) log.warn("the configuration", { path, message });
  return undefined;
}
