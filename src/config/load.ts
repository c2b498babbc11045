import { existsSync, readFileSync } from "node:fs";
import { type ConfigReading, readConfig } from "./read.ts";

/** Where a configuration is looked for when nobody names one. */
const PLACES: readonly string[] = ["./postern.yaml", "/etc/postern/postern.yaml"];

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The path of the configuration: as asked, then `POSTERN_CONFIG`, then the usual places; undefined where there is none. */
export function findConfig(asked: string | undefined, env: Environment): string | undefined {
  return asked ?? env["POSTERN_CONFIG"] ?? PLACES.find((place) => existsSync(place));
}

/** Reads a configuration file. A file that cannot be read is a problem like any other. */
export function loadConfig(path: string, env: Environment): ConfigReading {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return {
      config: undefined,
      problems: [{ path: "", message: "the file cannot be read", line: 1, column: 1 }],
    };
  }
  return readConfig(text, { env: (name) => env[name], file: readReference });
}

/** The content of a file without its last line end, which editors add and nobody means. */
function readReference(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}

/** What in the process's own environment would undo TLS or the strict parser; each a reason not to start. */
export function unsafeEnvironment(env: Environment, execArgv: readonly string[]): readonly string[] {
  const options = [...execArgv, ...(env["NODE_OPTIONS"] ?? "").split(/\s+/)];
  return [
    ...(env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0"
      ? ["NODE_TLS_REJECT_UNAUTHORIZED=0 switches TLS verification off"]
      : []),
    ...(options.includes("--insecure-http-parser")
      ? ["--insecure-http-parser lets requests in that can be read in two ways"]
      : []),
  ];
}
