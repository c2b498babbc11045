import { command, textOf } from "./command.ts";
import { readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern check [--config FILE]

Reads a configuration and prints all that is wrong with it, one problem a line. Exit code 78 if there is any.

  -c, --config FILE   default: POSTERN_CONFIG, ./postern.yaml, /etc/postern/postern.yaml`;

/** `postern check`. */
export const check = command(HELP, { config: { type: "string", short: "c" } }, async (parsed, env) => {
  const loaded = readConfigFile(textOf(parsed, "config") ?? parsed.words[0], env);
  if (loaded === undefined) return EXIT.config;
  const { config, path } = loaded;
  const counts = [`${config.policy.rules.length} rules`, `${Object.keys(config.upstreams).length} upstreams`];
  terminal.out(`${path}: good: ${counts.join(", ")}`);
  return EXIT.ok;
});
