import { createLog } from "../telemetry/log.ts";
import { command, textOf } from "./command.ts";
import { readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { startSidecar, untilStopped } from "./run.ts";

const HELP = `Usage: postern serve [--config FILE]

Runs the sidecar. SIGTERM and SIGINT let it finish what is in flight; a second one ends it at once.

  -c, --config FILE   default: POSTERN_CONFIG, ./postern.yaml, /etc/postern/postern.yaml`;

/** `postern serve`. */
export const serve = command(HELP, { config: { type: "string", short: "c" } }, async (parsed, env) => {
  const loaded = readConfigFile(textOf(parsed, "config"), env);
  if (loaded === undefined) return EXIT.config;
  const log = createLog(loaded.config.log);
  const running = await startSidecar(
    loaded,
    log,
    () => "listen.address, probes.address or operator.address in the configuration moves it",
  );
  if (running === undefined) return EXIT.failure;
  await untilStopped();
  await running.sidecar.drain();
  return EXIT.ok;
});
