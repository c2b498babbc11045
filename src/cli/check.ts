import { command, seeHelp, textOf } from "./command.ts";
import { misuse } from "./complaint.ts";
import { CONFIG_HELP, printWarnings, readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern check [--strict] [FILE]

Reads a configuration and prints all that is wrong with it, one problem a line. Exit code 78 if there is any. What may
start, and yet may not be what is meant, is a warning.

  --strict            warnings are problems too
  ${CONFIG_HELP}`;

/** `postern check`. */
export const check = command(
  {
    name: "check",
    help: HELP,
    options: { config: { type: "string", short: "c" }, strict: { type: "boolean" } },
    words: 1,
  },
  async (parsed, env) => {
    const named = textOf(parsed, "config");
    const [file] = parsed.words;
    if (named !== undefined && file !== undefined)
      throw misuse(`check reads one file, and two are named; ${seeHelp("check")}`);
    const loaded = readConfigFile(named ?? file, env);
    if (loaded === undefined) return EXIT.config;
    printWarnings(loaded);
    const { config, path, warnings } = loaded;
    if (warnings.length > 0 && parsed.values["strict"] === true) return EXIT.config;
    const counts = [
      counted(config.policy.rules.length, "rule"),
      counted(Object.keys(config.upstreams).length, "upstream"),
      ...(warnings.length > 0 ? [counted(warnings.length, "warning")] : []),
    ];
    terminal.out(terminal.plain(`${path}: good: ${counts.join(", ")}`));
    return EXIT.ok;
  },
);

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
