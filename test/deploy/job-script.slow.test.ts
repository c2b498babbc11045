import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, named } from "../support/deploy/files.ts";
import { objectsOf, ofKind, podOf } from "../support/kubernetes/workloads.ts";
import { until } from "../support/until.ts";

const pod = podOf(ofKind(objectsOf("deploy/kubernetes/job-before-1.29.yaml"), "Job"));
const SCRIPT = String(at(named(at(pod, "containers"), "application"), "command", 2));

let folder: string;
let shell: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-job-"));
  program("sleep", "exit 0");
});

afterEach(() => {
  shell?.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** Puts a program of this name in place of the real one. */
function program(name: string, lines: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
}

/** A curl that finds Postern ready or not, and notes what else it is asked for. */
function postern(isReady: boolean): void {
  program(
    "curl",
    `case "$*" in */readyz) echo asked >> ${folder}/waited; exit ${isReady ? 0 : 7} ;; *) echo "$@" >> ${folder}/asked ;; esac`,
  );
}

/** Runs the script of the Job, and gives its exit code once it has ended. */
function run(): Promise<number | null> {
  const path = `${folder}:${process.env["PATH"] ?? ""}`;
  const script = SCRIPT.replaceAll("/app/job", join(folder, "job"));
  shell = spawn("/bin/sh", ["-c", script], { env: { PATH: path }, stdio: "ignore" });
  return once(shell, "exit").then(([code]) => code as number | null);
}

const seen = (name: string): boolean => existsSync(join(folder, name));

function expectAskedToEnd(): void {
  expect(readFileSync(join(folder, "asked"), "utf8").trim().split("\n")).toEqual([
    expect.stringMatching(/-X POST .*X-Postern-Admin: 1.* http:\/\/127\.0\.0\.1:4482\/quitquitquit$/),
  ]);
}

describe("the script of the Job", () => {
  it("ends as the job's program does, and asks Postern to end", async () => {
    postern(true);
    program("job", "exit 3");
    expect(await run()).toBe(3);
    expectAskedToEnd();
  });

  it("hands SIGTERM to the job's program, and waits until that has ended", async () => {
    postern(true);
    program(
      "job",
      `trap 'echo > ${folder}/told; /bin/sleep 0.2; echo > ${folder}/done; exit 5' TERM; echo > ${folder}/runs; while :; do /bin/sleep 0.05; done`,
    );
    const ended = run();
    await until(() => seen("runs"));
    shell?.kill("SIGTERM");
    expect(await ended).toBe(5);
    expect([seen("told"), seen("done")]).toEqual([true, true]);
    expectAskedToEnd();
  });

  it("does not wait for ever for Postern, and asks it to end all the same", async () => {
    postern(false);
    program("job", `echo > ${folder}/runs`);
    expect(await run()).toBe(1);
    expect(seen("runs")).toBe(false);
    expectAskedToEnd();
  }, 20_000);

  it("ends on SIGTERM while it waits", async () => {
    postern(false);
    program("sleep", "exec /bin/sleep 0.05");
    program("job", `echo > ${folder}/runs`);
    const ended = run();
    await until(() => seen("waited"));
    shell?.kill("SIGTERM");
    expect(await ended).toBe(143);
    expect(seen("runs")).toBe(false);
    expectAskedToEnd();
  });
});
