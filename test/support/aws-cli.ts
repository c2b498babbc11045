import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CLIENT_ENV, type ClientRun, type ClientStart } from "./run-client.ts";

const PROGRAM = join(import.meta.dirname, "python/aws.py");

/** An AWS CLI that is loaded once: its commands run one after another, each in a process of its own. */
export interface AwsCli {
  readonly run: (
    args: readonly string[],
    start: ClientStart & { readonly folder: string },
  ) => Promise<ClientRun>;
  readonly close: () => Promise<void>;
}

/** @param python the interpreter that has the CLI */
export function startAwsCli(python: string): AwsCli {
  const child = spawn(python, [PROGRAM], { env: CLIENT_ENV, stdio: ["pipe", "pipe", "inherit"] });
  const codes = createInterface(child.stdout)[Symbol.asyncIterator]();
  const own = mkdtempSync(join(tmpdir(), "postern-aws-"));
  const [stdinFile, stdout, stderr] = [join(own, "in"), join(own, "out"), join(own, "err")];
  return {
    run: async (args, { env = {}, stdin = "", folder }) => {
      writeFileSync(stdinFile, stdin);
      child.stdin.write(`${JSON.stringify({ args, env, folder, stdin: stdinFile, stdout, stderr })}\n`);
      const { value, done } = await codes.next();
      if (done === true) throw new Error(`the AWS CLI of ${python} ended`);
      return { code: Number(value), out: readFileSync(stdout), err: readFileSync(stderr, "utf8") };
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "close");
      rmSync(own, { recursive: true });
    },
  };
}
