import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { Agent as SecureAgent, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { startSteadyClient } from "../support/steady-client.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "postern-restarts-"));
const at = (name: string): string => join(folder, name);

/** The identity of callers is the stand-in's, and the objects are those of an upstream that costs nothing. */
let stack: Stack;
let upstream: OwnUpstream;
let token = "";

beforeAll(async () => {
  stack = await startStack();
  upstream = await startUpstream((_request, response) => response.end("an object"));
  token = await stack.tokenOf("admin");
});

afterAll(async () => {
  await upstream.close();
  await stack.close();
  rmSync(folder, { recursive: true });
});

/** Starts processes one after the other on the same addresses, as a supervisor does: the next when the last has ended. */
interface Supervisor {
  readonly port: number;
  readonly isReady: () => Promise<boolean>;
  /** Asks the one that runs to end, and waits until the next is ready. Gives how long that took. */
  readonly restart: () => Promise<number>;
  readonly said: () => string;
  /** Exit codes of those that have ended. */
  readonly codes: readonly (number | null)[];
  readonly stop: () => Promise<void>;
}

async function supervise(yaml: string): Promise<Supervisor> {
  const file = at("postern.yaml");
  writeFileSync(file, yaml);
  const [port, probes] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    POSTERN_PORT: String(port),
    POSTERN_PROBES_PORT: String(probes),
    POSTERN_OPERATOR_PORT: "0",
    POSTERN_LOCAL_PORT: String(stack.aws.port),
  };
  const codes: (number | null)[] = [];
  let said = "";
  let isOver = false;
  let child: ChildProcess;
  let ended: Promise<unknown>;
  const start = (): void => {
    child = spawn(process.execPath, [join(ROOT, "bin/postern.js"), "serve", "-c", file], { env });
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (said += String(text)));
    ended = over();
  };
  const over = async (): Promise<void> => {
    const [code] = (await once(child, "exit")) as [number | null];
    codes.push(code);
    if (!isOver && code === 0) start();
  };
  const isReady = async (): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${probes}/readyz`).catch(() => undefined))?.ok === true;
  const ready = async (): Promise<void> => {
    while (!(await isReady())) {
      if (codes.some((code) => code !== 0)) throw new Error(`it did not start: ${said}`);
      await sleep(10);
    }
  };
  start();
  await ready();
  return {
    port,
    isReady,
    codes,
    said: () => said,
    restart: async () => {
      const last = ended;
      const beganMs = performance.now();
      child.kill("SIGTERM");
      await last;
      await ready();
      return performance.now() - beganMs;
    },
    stop: async () => {
      isOver = true;
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const devWith = (change: (yaml: string) => string): string =>
  change(upstream.config(readFileSync(join(ROOT, "config/dev.yaml"), "utf8"))).replace(
    /^log: .*$/m,
    "log: { level: info, requests: none }",
  );

/**
 * After this time a client makes its one retry. It has to be longer than a restart takes, for a refused connection is an
 * attempt, and from the end of one process until the next is ready nobody listens: less than a second on a machine with
 * nothing else to do, and many times that beside other tests.
 */
const BACK_OFF_MS = 8000;

it("five restarts fail no request of a client that asks 200 times a second, and once more after a while", async () => {
  const supervisor = await supervise(devWith((yaml) => yaml));
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const headers = { authorization: `Bearer ${token}` };
  const client = startSteadyClient({
    request: () => ({ host: "127.0.0.1", port: supervisor.port, path: "/s3/reports/q3.txt", headers, agent }),
    perSecond: 200,
    backOffMs: BACK_OFF_MS,
  });
  for (let restarts = 0; restarts < 5; restarts++) {
    const before = client.told().good;
    // Nobody is left whose one retry the next restart would meet.
    while (client.told().good < before + 100 || client.told().waiting > 0) await sleep(10);
    await supervisor.restart();
  }
  const { good, retried, failed } = await client.stop();
  await supervisor.stop();
  agent.destroy();
  expect(failed).toEqual([]);
  expect(supervisor.codes).toEqual(Array.from({ length: 6 }, () => 0));
  expect(good).toBeGreaterThan(500);
  // What reached Postern was answered; what was not had no connection, or sent on one that ended just then.
  expect(retried.filter((why) => why !== "ECONNREFUSED" && why !== "ECONNRESET")).toEqual([]);
}, 180_000);

/** Twenty configurations, each other than the last: in rules, in limits, or in the certificate that is shown. */
const RELOADS = 20;

const configOf = (n: number): string =>
  devWith((yaml) =>
    yaml
      .replace(
        /^listen: \{ (.*) \}$/m,
        `listen: { $1, tls: { certFile: "${at("tls.crt")}", keyFile: "${at("tls.key")}" } }`,
      )
      .replace(
        "  rules:\n",
        `  rules:\n    - { name: "rule ${n % 3}", deny: [s3:GetObject], on: ["arn:aws:s3:::never/${n}"] }\n`,
      ),
  ).concat(`\nlimits: { inFlight: ${1000 + n} }\n`);

const newAgent = (): SecureAgent => new SecureAgent({ keepAlive: true, maxSockets: 32, timeout: 5000 });

it("twenty reloads, of rules, limits and certificates, fail nothing and have nothing asked twice", async () => {
  const certificates = Array.from({ length: RELOADS + 1 }, () => createThrowAwayCertificate(Date.now()));
  const show = (n: number): void => {
    writeFileSync(at("tls.crt"), certificates[n]?.certPem ?? "");
    writeFileSync(at("tls.key"), certificates[n]?.keyPem ?? "");
  };
  show(0);
  const supervisor = await supervise(configOf(0));
  const ca = certificates.map(({ caPem }) => caPem);
  let agent = newAgent();
  const headers = { authorization: `Bearer ${token}` };
  const request = (): RequestOptions & { agent: Agent } => ({
    protocol: "https:",
    host: "127.0.0.1",
    port: supervisor.port,
    path: "/s3/reports/q3.txt",
    headers,
    ca,
    agent,
  });
  const client = startSteadyClient({ request, perSecond: 200, backOffMs: 0 });
  const reloads = (): number => supervisor.said().split("the configuration was reloaded").length - 1;
  for (let n = 1; n <= RELOADS; n++) {
    const before = reloads();
    if (n % 4 === 0) show(n);
    else writeFileSync(at("postern.yaml"), configOf(n));
    while (reloads() === before) await sleep(20);
    // New connections among those that are kept.
    if (n % 4 === 1) agent = newAgent();
  }
  const { good, retried, failed } = await client.stop();
  await supervisor.stop();
  agent.destroy();
  expect([retried, failed]).toEqual([[], []]);
  expect(good).toBeGreaterThan(500);
}, 180_000);
