import type { Environment } from "../config/load.ts";
import { command, type Parsed, seeHelp, textOf } from "./command.ts";
import { misuse } from "./complaint.ts";
import { CONFIG_HELP, lookAtConfig, printWarnings, readConfigFile, type Sighting } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

const HELP = `Usage: postern check [--strict] [--json] [FILE]
       postern check --diff OLD NEW [--exit-code] [--json]

Reads a configuration and prints all that is wrong with it, one problem a line. Exit code 78 if there is any. What may
start, and yet may not be what is meant, is a warning.

With --diff it says which callers gain or lose what by the rules of NEW, held against those of OLD. A line may tell of
requests that nobody makes. Settings besides that differ have a line each, without their values. What is left out is what
decides nothing about who gets what: log, probes, operator, timeouts, credentials.cache and credentials.rates. Files are
compared by name, not by content. Where it says that nothing changes, everybody may do what they might before, in the same
roles.

  --strict            warnings are problems too
  --diff              compare two configurations; both must be good
  --exit-code         with --diff: exit code 1 if anything changes; always 1 where the comparison was cut short
  --json              every problem and warning, with --diff every change and setting, as JSON
  ${CONFIG_HELP}`;

/** `postern check`. */
export const check = command(
  {
    name: "check",
    help: HELP,
    options: {
      config: { type: "string", short: "c" },
      strict: { type: "boolean" },
      diff: { type: "boolean" },
      "exit-code": { type: "boolean" },
      json: { type: "boolean" },
    },
    words: 2,
    completes: { words: "files", config: "files" },
  },
  async (parsed, env) => (parsed.values["diff"] === true ? compare(parsed, env) : checkOne(parsed, env)),
);

async function compare({ words, values }: Parsed, env: Environment): Promise<number> {
  const [old, changed] = words;
  if (old === undefined || changed === undefined)
    throw misuse(`--diff compares two files, OLD and NEW; ${seeHelp("check")}`);
  if (values["config"] !== undefined || values["strict"] === true)
    throw misuse(`--diff goes with neither --config nor --strict; ${seeHelp("check")}`);
  const { printDiff } = await import("./diff.ts");
  const [json, exitCode] = [values["json"] === true, values["exit-code"] === true];
  return printDiff({ old, changed, json, exitCode }, env);
}

function checkOne(parsed: Parsed, env: Environment): number {
  const named = textOf(parsed, "config");
  const [file, odd] = parsed.words;
  if (odd !== undefined) throw misuse(`check does not know what to do with "${odd}"; ${seeHelp("check")}`);
  if (parsed.values["exit-code"] === true) throw misuse(`--exit-code goes with --diff; ${seeHelp("check")}`);
  if (named !== undefined && file !== undefined)
    throw misuse(`check reads one file, and two are named; ${seeHelp("check")}`);
  const isStrict = parsed.values["strict"] === true;
  if (parsed.values["json"] === true) return printJson(lookAtConfig(named ?? file, env), isStrict);
  const loaded = readConfigFile(named ?? file, env);
  if (loaded === undefined) return EXIT.config;
  printWarnings(loaded);
  const { config, path, warnings } = loaded;
  if (warnings.length > 0 && isStrict) return EXIT.config;
  const counts = [
    counted(config.policy.rules.length, "rule"),
    counted(Object.keys(config.upstreams).length, "upstream"),
    ...(warnings.length > 0 ? [counted(warnings.length, "warning")] : []),
  ];
  const { strong, good } = terminal.colours();
  terminal.out(`${strong(terminal.plain(path))}: ${good("good")}: ${counts.join(", ")}`);
  return EXIT.ok;
}

/** The same for programs: `good` is what the exit code says. */
function printJson({ path, reading, unsafe }: Sighting, isStrict: boolean): number {
  const { config, problems, warnings } = reading;
  const isGood = config !== undefined && unsafe.length === 0 && !(isStrict && warnings.length > 0);
  const counts = config && {
    rules: config.policy.rules.length,
    upstreams: Object.keys(config.upstreams).length,
  };
  terminal.json({ file: path, good: isGood, ...counts, problems, warnings, environment: unsafe });
  return isGood ? EXIT.ok : EXIT.config;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
