import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";

const BIN = join(import.meta.dirname, "../../bin/postern.js");
const run = promisify(execFile);

async function freePorts(): Promise<Record<string, string>> {
  const names = ["POSTERN_PORT", "POSTERN_PROBES_PORT", "POSTERN_OPERATOR_PORT", "POSTERN_LOCAL_PORT"];
  const ports = await Promise.all(names.map(async (name) => [name, String(await freePort())] as const));
  return Object.fromEntries(ports);
}

interface Dev {
  readonly process: ChildProcess;
  readonly env: NodeJS.ProcessEnv;
  /** Standard output so far. */
  readonly said: () => string;
}

const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

async function startDev(ports: Record<string, string>): Promise<Dev> {
  const env = { ...process.env, ...ports };
  const child = spawn(process.execPath, [BIN, "dev"], { env, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const up = new Promise<void>((resolve) => {
    child.stdout?.on("data", () => said.includes("Ctrl-C ends it.") && resolve());
  });
  await Promise.race([up, once(child, "exit")]);
  return { process: child, env, said: () => said };
}

const postern = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> =>
  (await run(process.execPath, [BIN, ...args], { env })).stdout.trim();

describe("postern dev", () => {
  it("does the main job with real requests, prints it, and ends cleanly at Ctrl-C", async () => {
    const dev = await startDev(await freePorts());
    const rows = dev
      .said()
      .split("\n")
      .filter((line) => /^ {2}\S+ +(?:GET|PUT|POST|DELETE) /.test(line));
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ["analyst", "GET /s3/reports/q3.txt", "200", 'GetObject by "analysts read reports", role analyst'],
      [
        "analyst",
        "DELETE /s3/reports/q3.txt",
        "403",
        expect.stringMatching(/^denied-no-rule: No rule allows/),
      ],
      ["admin", "PUT /s3/reports/hello.txt", "200", 'PutObject by "admins do anything", role admin'],
      [
        "member",
        expect.stringMatching(/^GET \/s3\/home\//),
        "200",
        expect.stringContaining("everyone has a home"),
      ],
      ["analyst", "POST /dynamodb/", "200", 'Query by "analysts query orders", role analyst'],
      ["service", "POST /dynamodb/", "200", 'Query by "the service keeps orders", role service'],
      [
        "guest",
        "GET /s3/public/index.txt",
        "200",
        'GetObject by "guests read what is public", role chosen by the pool',
      ],
    ]);
    dev.process.kill("SIGINT");
    expect(await once(dev.process, "exit")).toEqual([0, null]);
  });

  it("serves the commands that the README shows", async () => {
    const ports = await freePorts();
    const { env } = await startDev(ports);
    const url = `http://127.0.0.1:${ports["POSTERN_PORT"]}/s3/reports/q3.txt`;
    const headers = { authorization: `Bearer ${await postern(env, "token", "analyst")}` };
    const read = await fetch(url, { headers });
    expect([read.status, await read.text()]).toEqual([200, expect.stringContaining("Third quarter")]);
    const refused = await fetch(url, { method: "DELETE", headers });
    expect([refused.status, refused.headers.get("x-postern-reason")]).toEqual([403, "denied-no-rule"]);
    expect(await refused.text()).toContain("<Code>AccessDenied</Code>");
    expect(JSON.parse(await postern(env, "whoami", "analyst", "--json"))).toMatchObject({
      username: "analyst",
      groups: ["analysts"],
    });
    expect(JSON.parse(await postern(env, "health"))).toMatchObject({ ready: true });
  });

  it("says in one line which port is taken, and which variable moves it", async () => {
    const taken = createServer();
    await once(taken.listen(0, "127.0.0.1"), "listening");
    const { port } = taken.address() as AddressInfo;
    for (const variable of ["POSTERN_PORT", "POSTERN_LOCAL_PORT"]) {
      const env = { ...process.env, ...(await freePorts()), [variable]: String(port) };
      const failed = run(process.execPath, [BIN, "dev"], { env });
      await expect(failed).rejects.toMatchObject({
        code: 1,
        stderr: `postern: port ${port} is taken; ${variable} moves it\n`,
      });
    }
    taken.close();
  });
});
