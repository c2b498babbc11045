import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { withoutGuests } from "../support/without-guests.ts";

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "bin/postern.js");

const started: ChildProcess[] = [];
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-cli-"));
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

interface Child {
  readonly process: ChildProcess;
  readonly said: { out: string; err: string };
  readonly exited: Promise<unknown>;
}

function postern(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  stdout: "pipe" | number = "pipe",
): Child {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", stdout, "pipe"],
  });
  started.push(child);
  const said = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  return { process: child, said, exited: once(child, "close") };
}

/** What a served sidecar runs in. */
interface Around {
  readonly env?: NodeJS.ProcessEnv;
  /** Of a stand-in AWS; without it one is started. */
  readonly localPort?: number;
}

/** Serves the development rules, and waits until requests are answered. */
async function serve({ env = {}, localPort }: Around = {}): Promise<Child & { readonly port: number }> {
  const port = await freePort();
  const path = join(folder, "postern.yaml");
  const yaml = withoutGuests(readFileSync(join(ROOT, "config/dev.yaml"), "utf8"))
    .replace("${env:POSTERN_PORT}", String(port))
    .replace("${env:POSTERN_LOCAL_PORT}", String(localPort ?? (await standIn())))
    .replace(/\$\{env:\w+\}/g, "0")
    .replace(/^log: .*$/m, "log: { level: info, requests: all }");
  writeFileSync(path, yaml);
  const child = postern(["serve", "-c", path], env);
  for (;;) {
    if (child.process.exitCode !== null) throw new Error(child.said.err);
    const answer = await ask(port).catch(() => undefined);
    if (answer !== undefined) return { ...child, port };
  }
}

/** Starts `postern dev` for its stand-in AWS, and gives that one's port. */
async function standIn(): Promise<number> {
  const localPort = await freePort();
  const ports = { POSTERN_PORT: "0", POSTERN_PROBES_PORT: "0", POSTERN_OPERATOR_PORT: "0" };
  const { process: child, said } = postern(["dev"], { ...ports, POSTERN_LOCAL_PORT: String(localPort) });
  while (!said.out.includes("Ctrl-C ends it.")) await once(child.stdout ?? child, "data");
  return localPort;
}

function ask(port: number): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/s3/reports/q3.txt`);
}

it("knows its version as it is built", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  const { said, exited } = postern(["--version"]);
  await exited;
  expect(said).toEqual({ out: `postern ${version}\n`, err: "" });
});

describe("a reader of its output", () => {
  it("may leave without a word", async () => {
    const { process: child, said, exited } = postern(["--help"]);
    child.stdout?.destroy();
    expect(await exited).toEqual([0, null]);
    expect(said.err).toBe("");
  });

  it("that takes nothing more makes the command fail, in one line", async () => {
    const full = openSync("/dev/full", "w");
    const { said, exited } = postern(["--help"], {}, full);
    expect(await exited).toEqual([1, null]);
    expect(said.err).toMatch(/^postern: the output cannot be written: .*ENOSPC.*\n$/);
    closeSync(full);
  });

  it("that takes the log and leaves does not stop the sidecar", async () => {
    const { process: child, port } = await serve();
    child.stdout?.destroy();
    // Lines enough for several batches, each of which finds nobody there.
    for (let i = 0; i < 100; i++) expect((await ask(port)).status).toBe(401);
    expect(child.exitCode).toBeNull();
  });
});

describe("serve", () => {
  it("ends with 0 at SIGTERM, and what it logged is written", async () => {
    const { process: child, said, exited, port } = await serve();
    const answer = await ask(port);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    const lines = said.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const [request, end] = lines.slice(-2);
    expect(end).toMatchObject({ audit: "drain" });
    expect(request).toMatchObject({
      level: "info",
      msg: "request",
      requestId: answer.headers.get("x-postern-request-id"),
      status: 401,
      reason: "token-missing",
    });
    expect(said.err).toBe("");
  });

  it("ends at once at a second signal, with what it logged", async () => {
    const localPort = await standIn();
    const { process: child, said, exited, port } = await serve({ localPort });
    const token = postern(["token", "admin"], { POSTERN_LOCAL_PORT: String(localPort) });
    await token.exited;
    await ask(port);

    const upload = connect(port, "127.0.0.1");
    upload.on("error", () => {});
    const head = [
      "PUT /s3/reports/half HTTP/1.1",
      "Host: a",
      `Authorization: Bearer ${token.said.out.trim()}`,
    ];
    upload.write([...head, "Content-Length: 10", "Expect: 100-continue", "", ""].join("\r\n"));
    await once(upload, "data");
    child.kill("SIGTERM");
    // It listens no more once it has begun to end.
    while (await ask(port).then(Boolean, () => false));
    expect(child.exitCode).toBeNull();
    child.kill("SIGTERM");
    expect(await exited).toEqual([1, null]);
    expect(said.out).toContain('"reason":"token-missing"');
    upload.destroy();
  });

  it("ends in one line where something breaks that nobody waits for", async () => {
    const broken = join(folder, "broken.mjs");
    writeFileSync(broken, 'process.once("SIGUSR2", () => { throw new TypeError("broken"); });');
    const { process: child, said, exited } = await serve({ env: { NODE_OPTIONS: `--import=${broken}` } });
    child.kill("SIGUSR2");
    expect(await exited).toEqual([1, null]);
    expect(said.err).toBe("postern: broken\n");
  });
});

it("S6.5 H14 does not start with a flag of Node that lets requests be read in two ways", async () => {
  const config = join(ROOT, "config/postern.example.yaml");
  const { said, exited } = postern(["serve", "-c", config], { NODE_OPTIONS: "--insecure-http-parser" });
  expect(await exited).toEqual([78, null]);
  expect(said.err).toContain(
    "postern: --insecure-http-parser lets requests in that can be read in two ways\n",
  );
});
