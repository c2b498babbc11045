import type { Config } from "../config/schema.ts";
import { createLog } from "../telemetry/log.ts";
import { command, textOf } from "./command.ts";
import { CONFIG_HELP, readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { catchStop, startSidecar } from "./run.ts";

const HELP = `Usage: postern serve [--config FILE]

Runs the sidecar. SIGTERM and SIGINT let it finish what is in flight; a second one ends it at once.

  ${CONFIG_HELP}`;

/** `postern serve`. */
export const serve = command(
  { name: "serve", help: HELP, options: { config: { type: "string", short: "c" } } },
  async (parsed, env) => {
    const loaded = readConfigFile(textOf(parsed, "config"), env);
    if (loaded === undefined) return EXIT.config;
    const { config } = loaded;
    const stop = catchStop();
    try {
      const movedBy = (port: number): string => faceAt(config, port);
      const { sidecar } = await startSidecar(loaded, { log: createLog(config.log), movedBy });
      await stop.asked;
      await sidecar.drain();
      return EXIT.ok;
    } finally {
      stop.forget();
    }
  },
);

/** The setting that a port comes from. */
function faceAt({ listen, probes, operator }: Config, port: number): string {
  const faces = Object.entries({ listen, probes, operator });
  const face = faces.find(([, { address }]) => address.port === port)?.[0] ?? "listen";
  return `${face}.address in the configuration`;
}
