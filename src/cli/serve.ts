import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../config/schema.ts";
import { createLog } from "../telemetry/log.ts";
import { recordProblem } from "./allow-record.ts";
import { command, textOf } from "./command.ts";
import { CONFIG_HELP, readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { type Follower, followConfig } from "./follow-config.ts";
import { catchStop, startSidecar } from "./run.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern serve [--config FILE] [--allow-record]

Runs the sidecar. A change of the configuration, or of a file that it refers to, is taken over when it is whole and good;
SIGHUP asks for it too. It listens when nothing is missing to serve requests, and tells until then on the probes'
listener what it waits for. SIGTERM and SIGINT let it finish what is in flight; a second one ends it at once.

  --allow-record      policy.mode: record may let through what no rule allows

  ${CONFIG_HELP}`;

/** Who has waited so long waits for longer. */
const PATIENCE_MS = 1000;

/** `postern serve`. */
export const serve = command(
  {
    name: "serve",
    help: HELP,
    options: { config: { type: "string", short: "c" }, "allow-record": { type: "boolean" } },
    completes: { config: "files" },
  },
  async (parsed, env) => {
    const loaded = readConfigFile(textOf(parsed, "config"), env);
    if (loaded === undefined) return EXIT.config;
    const { config } = loaded;
    const allowRecord = parsed.values["allow-record"] === true;
    const problem = recordProblem(config, allowRecord);
    if (problem !== undefined) {
      terminal.err(terminal.plain(`${loaded.path}: ${problem}`));
      return EXIT.config;
    }
    const stop = catchStop();
    // Before there is anything to reload it must not end the process, and what changed until then is seen anyway.
    let follower: Follower | undefined;
    const onHangup = (): void => follower?.reload();
    process.on("SIGHUP", onHangup);
    try {
      const movedBy = (port: number): string => faceAt(config, port);
      const log = createLog(config.log);
      const { sidecar, listening } = await startSidecar(loaded, { log, movedBy, quit: stop.ask });
      // What is waited for may never come, and another configuration may not need it. To follow it is to read it once more,
      // for which nobody should have to wait who can be served at once.
      await Promise.race([listening, stop.asked, sleep(PATIENCE_MS, undefined, { ref: false })]);
      follower = followConfig({ loaded, env, sidecar, log, allowRecord });
      await Promise.race([stop.asked, listening.then(() => stop.asked)]);
      await sidecar.drain();
      return EXIT.ok;
    } finally {
      follower?.close();
      process.off("SIGHUP", onHangup);
      stop.forget();
    }
  },
);

/** The setting that a port comes from. */
function faceAt({ listen, probes, operator }: Config, port: number): string {
  const faces = Object.entries({ listen, probes, operator });
  const face = faces.find(([, { address }]) => "port" in address && address.port === port)?.[0] ?? "listen";
  return `${face}.address in the configuration`;
}
