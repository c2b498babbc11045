import { existsSync, readFileSync, statSync } from "node:fs";
import type { Clock } from "../domain/clock.ts";
import { decodeText, readTextFile } from "../files/read-text-file.ts";
import { type ConfigReading, readConfig } from "./read.ts";

/** Where a configuration is looked for when nobody names one. */
const PLACES: readonly string[] = ["./postern.yaml", "/etc/postern/postern.yaml"];

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The path of the configuration: as asked, then `POSTERN_CONFIG`, then the usual places; undefined where there is none. */
export function findConfig(asked: string | undefined, env: Environment): string | undefined {
  // An empty variable is how a shell leaves one out.
  return asked ?? (env["POSTERN_CONFIG"] || undefined) ?? PLACES.find((place) => existsSync(place));
}

/** More is no configuration that anybody wrote. */
const MAX_BYTES = 1024 * 1024;

/** Of a file that a configuration refers to: the longest are denylists. */
const MAX_REFERENCE_BYTES = 64 * 1024 * 1024;

/** Told of each file that is looked at, the configuration and what it refers to, with its text where it has one. */
export type OnRead = (path: string, text: string | undefined) => void;

/** Whether a configuration comes by a pipe, as a shell hands it over: it can be read once, and not followed. */
export function isPipe(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
}

/** Reads a configuration file. A file that cannot be read is a problem like any other. */
export function loadConfig(
  path: string,
  env: Environment,
  now: Clock,
  onRead: OnRead = () => {},
): ConfigReading {
  const { text, message } = readWhole(path);
  onRead(path, text);
  if (text === undefined) return unreadable(message);
  const file = (named: string): string | undefined => {
    const text = readReference(named);
    onRead(named, text);
    return text;
  };
  return readConfig(text, { env: (name) => env[name], file, now });
}

interface Found {
  readonly text: string | undefined;
  /** Why there is no text. */
  readonly message: string;
}

/** What is to be said of a configuration of which there is no text. */
export function unreadable(message: string): ConfigReading {
  return { config: undefined, problems: [{ path: "", message, line: 1, column: 1 }], warnings: [] };
}

function readWhole(path: string): Found {
  try {
    const text = isPipe(path)
      ? decodeText(path, readFileSync(path), MAX_BYTES)
      : readTextFile(path, MAX_BYTES);
    return { text, message: "" };
  } catch (error) {
    return { text: undefined, message: WHY[codeOf(error)] ?? "the file cannot be read" };
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "this is a folder, not a file",
  EACCES: "the file may not be read by this user",
  EFTYPE: "this is not a regular file",
  EFBIG: "the file is larger than 1 MiB",
  EILSEQ: "the file is not UTF-8",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** The content of a file without its last line end, which editors add and nobody means. */
function readReference(path: string): string | undefined {
  try {
    return readTextFile(path, MAX_REFERENCE_BYTES).replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}

/** Flags of Node that undo what Postern promises. */
const UNSAFE_FLAGS: readonly (readonly [flag: RegExp, why: string])[] = [
  [/^--insecure-http-parser(?:=|$)/, "--insecure-http-parser lets requests in that can be read in two ways"],
  [
    /^--inspect(?:-brk|-wait)?(?:=|$)/,
    "--inspect lets whoever reaches its port run code here, and read every token",
  ],
  [/^--tls-keylog(?:=|$)/, "--tls-keylog writes down what TLS is to keep secret"],
];

/** What in the process's own environment would undo TLS or the strict parser; each a reason not to start. */
export function unsafeEnvironment(env: Environment, execArgv: readonly string[]): readonly string[] {
  // Node takes _ for -, and quotes in NODE_OPTIONS.
  const flags = [...execArgv, ...(env["NODE_OPTIONS"] ?? "").split(/[\s"]+/)].map((flag) =>
    flag.replaceAll("_", "-"),
  );
  const found = UNSAFE_FLAGS.filter(([unsafe]) => flags.some((flag) => unsafe.test(flag))).map(
    ([, why]) => why,
  );
  if (/(?:^|,)\s*(?:http|\*)/i.test(env["NODE_DEBUG"] ?? ""))
    found.push("NODE_DEBUG=http writes every token on standard error");
  return env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0"
    ? ["NODE_TLS_REJECT_UNAUTHORIZED=0 switches TLS verification off", ...found]
    : found;
}
