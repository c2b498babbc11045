import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";

/** How a client's process ended, and what it said. */
export interface ClientRun {
  /** Null where it was ended for taking too long. */
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

/** What a client's process is started with. */
export interface ClientStart {
  readonly env?: Readonly<Record<string, string>>;
  /** Nothing by default. */
  readonly stdin?: string | Buffer;
  readonly folder?: string;
}

const MAX_MS = 150_000;

/** Nothing of the machine's own settings, keys and regions, and no question to a metadata service. */
export const CLIENT_ENV: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "",
  HOME: tmpdir(),
  LC_ALL: "C.UTF-8",
  PYTHONDONTWRITEBYTECODE: "1",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_DEFAULT_REGION: "us-east-1",
};

/** Runs a program to its end; this process serves it meanwhile. */
export async function runClient(
  program: string,
  args: readonly string[],
  { env = {}, stdin = "", folder = tmpdir() }: ClientStart = {},
): Promise<ClientRun> {
  const child = spawn(program, args, { cwd: folder, env: { ...CLIENT_ENV, ...env }, timeout: MAX_MS });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => void out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => void err.push(bytes));
  child.stdin.on("error", () => {}); // who has enough may leave
  child.stdin.end(stdin);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
}
