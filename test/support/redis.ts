import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./free-port.ts";

/** Why tests of a real Redis are skipped; undefined where there is one. */
export const NO_REDIS =
  spawnSync("redis-server", ["--version"]).status === 0
    ? undefined
    : "redis-server is not installed, so nothing is shared by way of a real Redis here";

/** A Redis of the test's own, which keeps nothing when it ends. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends it at once, as a crash would. */
  readonly kill: () => Promise<void>;
  /** Starts it again, empty, on the same port. */
  readonly restart: () => Promise<void>;
  /** Stops it from answering, without closing anything. */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

/** Starts a Redis on a free port of loopback, with further options of `redis-server`. */
export async function startRedis(...options: readonly string[]): Promise<TestRedis> {
  const port = await freePort();
  let server = await start(port, options);
  return {
    url: `redis://127.0.0.1:${port}/0`,
    port,
    kill: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const gone = once(server, "exit");
      server.kill("SIGKILL");
      await gone;
    },
    restart: async () => {
      server = await start(port, options);
    },
    freeze: () => void server.kill("SIGSTOP"),
    thaw: () => void server.kill("SIGCONT"),
  };
}

async function start(port: number, options: readonly string[]): Promise<ChildProcess> {
  const base = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn("redis-server", [...base, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(`redis-server did not start: ${said}`)));
  });
  return server;
}
