import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

const PROGRAM = "mosquitto";
/** Debian keeps it among the programs of the system. */
const ENV = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` };

/** Why tests of a real Mosquitto are skipped; undefined where there is one. */
export const NO_MOSQUITTO =
  spawnSync(PROGRAM, ["-h"], { env: ENV }).error === undefined
    ? undefined
    : "mosquitto is not installed, so nothing is sent to a broker of MQTT 5 here";

/** A Mosquitto of the test's own, which takes everybody, keeps nothing and speaks MQTT 3.1.1 and 5 by TCP. */
export interface TestMosquitto {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Starts it on a free port of loopback, with further lines of its configuration; no file is left. */
export async function startMosquitto(...settings: readonly string[]): Promise<TestMosquitto> {
  const port = await freePort();
  const own = [`listener ${port} 127.0.0.1`, "allow_anonymous true", "persistence false", "log_dest stderr"];
  const folder = mkdtempSync(join(tmpdir(), "postern-mosquitto-"));
  const file = join(folder, "mosquitto.conf");
  writeFileSync(file, [...own, ...settings, ""].join("\n"));
  const broker = spawn(PROGRAM, ["-c", file], { env: ENV, stdio: ["ignore", "ignore", "pipe"] });
  await running(broker).finally(() => rmSync(folder, { recursive: true }));
  return {
    port,
    close: async () => {
      if (broker.exitCode !== null || broker.signalCode !== null) return;
      const gone = once(broker, "exit");
      broker.kill("SIGKILL");
      await gone;
    },
  };
}

async function running(broker: ChildProcess): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    broker.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/ running$/m.test(said)) resolve();
    });
    broker.once("error", reject);
    broker.once("exit", () => reject(new Error(`mosquitto did not start: ${said}`)));
  });
}
