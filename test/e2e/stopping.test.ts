import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { type Stack, startStack } from "../support/stack.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "postern-stopping-"));
const KB = Buffer.alloc(1024, "a");

let stack: Stack;
let upstream: OwnUpstream;
let token = "";
/** What the upstream does with the next request. */
let serve: Parameters<typeof startUpstream>[0] = (_request, response) => response.end();
/** The processes of a test: none of them is left behind. */
const children: ChildProcess[] = [];

beforeAll(async () => {
  stack = await startStack();
  upstream = await startUpstream((asked, response) => serve(asked, response));
  token = await stack.tokenOf("admin");
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  stack.aws.faults.clear();
});

afterAll(async () => {
  await upstream.close();
  await stack.close();
  rmSync(folder, { recursive: true });
});

interface Process {
  readonly child: ChildProcess;
  readonly port: number;
  /** Code and signal. */
  readonly ended: Promise<unknown>;
  readonly readiness: () => Promise<number>;
  readonly said: () => string;
}

/** Runs the built command, and does not wait for anything. */
async function run(settings = ""): Promise<Process> {
  const file = join(folder, "postern.yaml");
  const dev = readFileSync(join(ROOT, "config/dev.yaml"), "utf8");
  writeFileSync(file, `${upstream.config(dev)}\n${settings}\n`);
  const [port, probes] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [join(ROOT, "bin/postern.js"), "serve", "-c", file], {
    env: {
      ...process.env,
      POSTERN_PORT: String(port),
      POSTERN_PROBES_PORT: String(probes),
      POSTERN_OPERATOR_PORT: "0",
      POSTERN_LOCAL_PORT: String(stack.aws.port),
    },
  });
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const readiness = async (): Promise<number> =>
    (await fetch(`http://127.0.0.1:${probes}/readyz`).catch(() => undefined))?.status ?? 0;
  return { child, port, ended: once(child, "exit"), readiness, said: () => said };
}

async function ready(settings = ""): Promise<Process> {
  const started = await run(settings);
  while ((await started.readiness()) !== 200) await sleep(20);
  return started;
}

const object = (port: number, method: string) =>
  request({
    host: "127.0.0.1",
    port,
    method,
    path: "/s3/reports/q3.txt",
    headers: {
      authorization: `Bearer ${token}`,
      ...(method === "PUT" && { "content-length": 2 * KB.length }),
    },
    agent: false,
  });

/** Resolves when the upstream gets its next request, which it does not answer. */
function arrival(): Promise<void> {
  return new Promise((resolve) => {
    serve = () => resolve();
  });
}

const isRefused = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(false);
    });
    socket.on("error", () => resolve(true));
  });

it("ends at once, and well, while it waits for keys that do not come", async () => {
  // Away, or silent: neither the time between attempts nor that of one is waited for.
  for (const effect of [{ kind: "error", status: 503 } as const, { kind: "latency", ms: 60_000 } as const]) {
    stack.aws.faults.clear();
    stack.aws.faults.add({ service: "user-pool", operation: "jwks.json", effect });
    const { child, port, ended, readiness, said } = await run();
    while ((await readiness()) !== 503) await sleep(20);
    expect(await isRefused(port)).toBe(true);
    if (effect.kind === "error") while (!said().includes("it waits before it listens")) await sleep(20);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  }
});

it("listens by another configuration that needs nothing which is away", async () => {
  stack.aws.faults.add({
    service: "user-pool",
    operation: "jwks.json",
    effect: { kind: "error", status: 503 },
  });
  const { child, ended, readiness, said } = await run();
  while (!said().includes("it waits before it listens")) await sleep(20);
  const keys = join(folder, "keys.json");
  stack.aws.faults.clear();
  const issuer = "http://127.0.0.1:" + stack.aws.port;
  const published = await fetch(`${issuer}/us-east-1_LOCAL/.well-known/jwks.json`);
  writeFileSync(keys, await published.text());
  stack.aws.faults.add({
    service: "user-pool",
    operation: "jwks.json",
    effect: { kind: "error", status: 503 },
  });
  const file = join(folder, "postern.yaml");
  const before = readFileSync(file, "utf8");
  writeFileSync(
    file,
    before.replace("id: us-east-1_LOCAL", `id: us-east-1_LOCAL\n      jwksFile: "${keys}"`),
  );
  while ((await readiness()) !== 200) await sleep(20);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

it("ends at once with 1 at the second signal", async () => {
  const arrived = arrival();
  const { child, port, ended, readiness } = await ready();
  object(port, "GET")
    .on("error", () => {})
    .end();
  await arrived;
  child.kill("SIGTERM");
  while ((await readiness()) !== 503) await sleep(10);
  child.kill("SIGTERM");
  expect(await ended).toEqual([1, null]);
});

it("lets an upload and a download go on that began before, and refuses connections meanwhile", async () => {
  let goOn: (() => void) | undefined;
  let got = "";
  serve = (asked, response) => {
    if (asked.method === "PUT") {
      asked.on("data", (chunk: Buffer) => (got += chunk.toString())).on("end", () => response.end());
      return;
    }
    response.writeHead(200, { "content-length": 2 * KB.length }).write(KB);
    goOn = () => response.end(KB);
  };
  const { child, port, ended, readiness } = await ready();
  const upload = object(port, "PUT");
  upload.write(KB);
  const download = object(port, "GET").end();
  const [answer] = (await once(download, "response")) as [IncomingMessage];
  child.kill("SIGTERM");
  while ((await readiness()) !== 503) await sleep(10);
  expect(await isRefused(port)).toBe(true);
  goOn?.();
  expect((await text(answer)).length).toBe(2 * KB.length);
  upload.end(KB);
  const [uploaded] = (await once(upload, "response")) as [IncomingMessage];
  expect(uploaded.statusCode).toBe(200);
  expect(uploaded.headers.connection).toBe("close");
  expect(got.length).toBe(2 * KB.length);
  expect(await ended).toEqual([0, null]);
});

it("cuts everything at once where it is given no time", async () => {
  const arrived = arrival();
  const { child, port, ended } = await ready("timeouts: { drain: 0s }");
  const cut = once(object(port, "GET").end(), "error");
  await arrived;
  child.kill("SIGTERM");
  expect(await cut).toMatchObject([{ code: "ECONNRESET" }]);
  expect(await ended).toEqual([0, null]);
});

it("takes no configuration over any more when it ends", async () => {
  const { child, ended, said } = await ready();
  const file = join(folder, "postern.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("requests: none", "requests: refused"));
  child.kill("SIGHUP");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(said()).not.toContain("rror");
});
