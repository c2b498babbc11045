import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

const BIN = join(import.meta.dirname, "../../bin/postern.js");

let checkout = "";

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "postern-bin-"));
  writeFileSync(join(checkout, "package.json"), '{ "type": "module" }');
  cpSync(BIN, join(checkout, "bin/postern.js"));
});

afterEach(() => rmSync(checkout, { recursive: true }));

it("is executable", () => {
  expect(statSync(BIN).mode & 0o100).toBe(0o100);
});

it("tells in one line what to do when nothing is built", async () => {
  expect(await run(["serve"])).toEqual({
    code: 1,
    stdout: "",
    stderr: 'postern: dist/ is missing: run "npm run build"\n',
  });
});

it("hands its arguments to main and exits with the code that main gives", async () => {
  built("export const main = async (argv) => { console.log(JSON.stringify(argv)); return 78; };");
  expect(await run(["check", "-c", "a b.yaml"])).toEqual({
    code: 78,
    stdout: '["check","-c","a b.yaml"]\n',
    stderr: "",
  });
});

it("lets everything that main wrote reach a pipe before it ends", async () => {
  built('export const main = async () => { process.stdout.write("x".repeat(1_000_000)); return 0; };');
  const { code, stdout } = await run([]);
  expect([code, stdout.length]).toEqual([0, 1_000_000]);
});

it("does not take a fault inside dist for a missing dist", async () => {
  built('import "./gone.js"; export const main = async () => 0;');
  const { code, stderr } = await run([]);
  expect(code).toBe(1);
  expect(stderr).toContain("gone.js");
});

function built(main: string): void {
  mkdirSync(join(checkout, "dist"));
  writeFileSync(join(checkout, "dist/main.js"), main);
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(checkout, "bin/postern.js"), ...args],
      { maxBuffer: 2_000_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
