import { spawn } from "node:child_process";
import { constants, devNull } from "node:os";
import { resolve } from "node:path";
import type { Environment } from "../config/load.ts";
import { posternUrl } from "./ask-postern.ts";
import { callerToken, readTokenFile } from "./caller-token.ts";
import { command, type Parsed, seeHelp, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";

const HELP = `Usage: postern exec [USER] [--token-file FILE] [--url URL] -- COMMAND [ARGUMENT...]

Runs a command whose AWS SDK or AWS CLI calls go through a running Postern, as the caller of a token.
No other AWS credentials are left in its environment, nor are files with profiles read.
With --token-file the SDK asks Postern for credentials (selfService.credentials), and reads the file anew each time, so
that a command which runs for long goes on with the token that is there then. Any other token is handed over once.

The token is that of USER at the stand-in AWS, or in --token-file, or POSTERN_TOKEN, or AWS_SESSION_TOKEN.
The exit code is that of the command; 127 where there is no such command.

  --token-file FILE   which holds the token and nothing else, without a line end
  --url URL           of Postern; default http://127.0.0.1:4480 (POSTERN_PORT moves the port)`;

const TEXT = { type: "string" } as const;

/** `postern exec`. What follows `--` is the command's own, options too. */
export const exec = command(
  {
    name: "exec",
    help: HELP,
    options: { "token-file": TEXT, url: TEXT },
    words: 1,
    hasRest: true,
    completes: { words: "users", "token-file": "files" },
  },
  async (parsed, env) => {
    const [program, ...rest] = parsed.rest;
    if (!program) throw misuse(`exec needs -- and a command; ${seeHelp("exec")}`);
    return run(program, rest, { ...withoutAws(env), ...(await callerVariables(parsed, env)) });
  },
);

/** What the SDKs would go by, or fall back to, in place of the caller's token. */
const FOREIGN =
  /^(?:POSTERN_TOKEN|AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|(?:SESSION|SECURITY|BEARER)_TOKEN.*|(?:DEFAULT_)?PROFILE|(?:ROLE|WEB_IDENTITY|CONTAINER|CREDENTIAL|ENDPOINT_URL|IGNORE_CONFIGURED_ENDPOINT|USE_FIPS|USE_DUALSTACK).*))$/;

function withoutAws(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.test(name)));
}

async function callerVariables(parsed: Parsed, env: Environment): Promise<Environment> {
  const url = posternUrl(parsed, env);
  const shared = {
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: "true",
    // Some operations have a host of their own at AWS, before that of the service: here all go to one address.
    AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    ...unproxied(new URL(url).hostname, env),
  };
  const file = textOf(parsed, "token-file");
  const [user] = parsed.words;
  if (user === "guest") throw misuse("a guest has no token, and SDKs send nothing without one");
  const token = await callerToken(parsed, env, { user, command: "exec" });
  if (file !== undefined) {
    checkBare(file);
    return {
      ...shared,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: new URL("/.postern/credentials", url).href,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: resolve(file),
    };
  }
  return {
    ...shared,
    AWS_ACCESS_KEY_ID: "POSTERNPLACEHOLDER00",
    AWS_SECRET_ACCESS_KEY: "placeholder",
    AWS_SESSION_TOKEN: token,
  };
}

/** What goes to Postern carries a token, and is no proxy's. */
function unproxied(host: string, env: Environment): Environment {
  const others = env["NO_PROXY"] || env["no_proxy"];
  const list = others ? `${others},${host}` : host;
  return { NO_PROXY: list, no_proxy: list };
}

/** SDKs send what is in the file as it stands, and some say of a line end no more than that there are no credentials. */
function checkBare(file: string): void {
  if (/\s/.test(readTokenFile(file)))
    throw new Complaint(
      `the file ${file} has a line end or a space beside its token, which SDKs do not take`,
    );
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** A terminal sends these to every process before it, and to some programs a second one means more. */
const OF_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGHUP"]);

/** Runs a program in place of this one: it has the terminal, gets the signals, and its end is the end. */
function run(program: string, args: readonly string[], env: Environment): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: "inherit", env });
    const hand = (signal: NodeJS.Signals): void => {
      if (!process.stdin.isTTY || !OF_TERMINAL.has(signal)) child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, hand);
    const forget = (): void => {
      for (const signal of SIGNALS) process.off(signal, hand);
    };
    child.once("error", ({ code }: NodeJS.ErrnoException) => {
      forget();
      fail(new Complaint(`the command ${program} cannot be run (${code})`, code === "ENOENT" ? 127 : 126));
    });
    child.once("close", (code, signal) => {
      forget();
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
