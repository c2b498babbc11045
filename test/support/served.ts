import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { type Measured, scrape } from "./scrape.ts";

const ROOT = join(import.meta.dirname, "../..");

/** A sidecar in a process of its own, as built. */
export interface Served {
  readonly url: string;
  readonly measured: () => Promise<Measured>;
  /** Of its configuration. */
  readonly file: string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Everything that it wrote to its outputs so far. */
  readonly said: () => string;
  /** Ends it as an orchestrator does. */
  readonly stop: () => Promise<void>;
}

/**
 * Runs `postern serve` with the development rules against a stand-in AWS, and waits until it is ready.
 *
 * @param config changes the text of `config/dev.yaml`
 * @param options of the command line besides
 */
export async function serve(
  localPort: number,
  config: (yaml: string) => string,
  options: readonly string[] = [],
): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "postern-served-"));
  const file = join(folder, "postern.yaml");
  writeFileSync(file, config(readFileSync(join(ROOT, "config/dev.yaml"), "utf8")));
  const [port, probes] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [join(ROOT, "bin/postern.js"), "serve", "-c", file, ...options], {
    env: {
      ...process.env,
      POSTERN_PORT: String(port),
      POSTERN_PROBES_PORT: String(probes),
      POSTERN_OPERATOR_PORT: "0",
      POSTERN_LOCAL_PORT: String(localPort),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const exited = once(child, "exit");
  while (!(await isReady(probes))) {
    if (child.exitCode !== null) throw new Error(`postern serve did not start: ${said}`);
    await sleep(20);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    file,
    signal: (signal) => void child.kill(signal),
    measured: () => scrape(probes),
    said: () => said,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return answer?.ok === true;
}
