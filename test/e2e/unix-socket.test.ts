import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { generate } from "mqtt-packet";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { openRawMqtt, SUBS } from "../support/mqtt-clients.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { bearer, open } from "../support/web-sockets.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-unix-"));
const socket = join(folder, "data.sock");

afterAll(() => rmSync(folder, { recursive: true }));

/** `config/dev.yaml` with its data face on the socket. */
const onSocket =
  (mode = "") =>
  (yaml: string): string =>
    yaml
      .replace(/^listen: .*$/m, `listen: { address: "unix:${socket}"${mode} }`)
      .replace(
        "guests: allow",
        'guests: allow\n  cookie: { name: session, origins: ["https://app.example.com"] }',
      );

/** Two rules about where a request comes from: for what everybody else may not, and against what admins may. */
const withAddresses = (yaml: string): string =>
  onSocket()(yaml).replace(
    "  rules:\n",
    `  rules:
    - name: admins keep the audit trail from here
      who: { groups: [admins] }
      when: { IpAddress: { "aws:SourceIp": 0.0.0.0/0 } }
      allow: [s3:GetObject]
      on: ["arn:aws:s3:::elsewhere/*"]
      role: arn:aws:iam::123456789012:role/admin
    - name: nobody reads this year's report from far away
      when: { NotIpAddress: { "aws:SourceIp": 127.0.0.0/8 } }
      deny: [s3:GetObject]
      on: ["arn:aws:s3:::reports/q4.txt"]
`,
  );

interface Answer {
  readonly status: number | undefined;
  readonly reason: IncomingHttpHeaders[string];
  readonly body: string;
}

async function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const sent = request({ socketPath: socket, path, headers, agent: false }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, reason: answer.headers["x-postern-reason"], body: await text(answer) };
}

describe("a data face on a unix socket", () => {
  let stack: Stack;
  let token = "";
  beforeAll(async () => {
    stack = await startStack({ config: withAddresses });
    token = await stack.tokenOf("admin");
  });

  it("is for who may write to it", () => {
    expect(statSync(socket).mode & 0o777).toBe(0o660);
  });

  it("takes requests", async () => {
    expect(await ask("/s3/reports/q3.txt", bearer(token))).toMatchObject({
      status: 200,
      body: expect.stringContaining("Third"),
    });
    expect((await ask("/.postern/whoami", bearer(token))).body).toContain("admins");
  });

  it("takes them from curl", async () => {
    const args = ["-s", "--unix-socket", socket, "-H", `Authorization: Bearer ${token}`];
    const { stdout } = await promisify(execFile)("curl", [...args, "http://localhost/s3/reports/q3.txt"]);
    expect(stdout).toContain("Third");
  });

  it("knows no address that a request comes from: it fits no allow, and every deny", async () => {
    const denied = { status: 403, reason: "denied-no-rule" };
    expect(await ask("/s3/elsewhere/a", bearer(await stack.tokenOf("editor")))).toMatchObject(denied);
    expect(await ask("/s3/reports/q4.txt", bearer(token))).toMatchObject({
      status: 403,
      reason: "denied-by-rule",
    });
  });

  it("explains that in the same way", async () => {
    const headers = { "content-type": "application/json", "x-postern-admin": "1" };
    const explain = async (question: object): Promise<object> => {
      const body = JSON.stringify({ token, request: "GET /s3/reports/q4.txt", ...question });
      const url = `http://127.0.0.1:${stack.ports.operator}/explain`;
      return (await fetch(url, { method: "POST", headers, body })).json() as Promise<object>;
    };
    expect(await explain({})).toMatchObject({ verdict: "denial" });
    expect(await explain({ sourceIp: "127.0.0.1" })).toMatchObject({ verdict: "permit" });
  });

  it("S6.4 takes guests and cookies by loopback names and by those that are listed, as elsewhere", async () => {
    const cookie = { cookie: `session=${token}` };
    for (const host of ["localhost", "127.0.0.1:4480", "app.example.com"]) {
      expect((await ask("/s3/public/readme.txt", { host })).reason, host).not.toBe("origin-not-allowed");
      expect(await ask("/s3/reports/q3.txt", { host, ...cookie }), host).toMatchObject({ status: 200 });
    }
    for (const host of ["evil.example", socket.replaceAll("/", "-"), "postern.sock"]) {
      const refused = { status: 403, reason: "origin-not-allowed" };
      expect(await ask("/s3/public/readme.txt", { host }), host).toMatchObject(refused);
      expect(await ask("/s3/reports/q3.txt", { host, ...cookie }), host).toMatchObject(refused);
    }
  });

  it("opens tunnels, and MQTT", async () => {
    const url = `ws+unix:${socket}:`;
    const chat = await open({ url }, { headers: bearer(token) });
    expect(await chat.ask('{"action":"whoami"}')).toContain("admin");
    chat.socket.close();
    const mqtt = await openRawMqtt({ url }, { token });
    mqtt.send(generate({ cmd: "connect", clientId: SUBS.admin, clean: true, keepalive: 0 }));
    await until(() => mqtt.packets.length === 1);
    expect(mqtt.packets[0]).toMatchObject({ cmd: "connack", returnCode: 0 });
    mqtt.terminate();
  });

  it("is nobody else's meanwhile, and is gone after the end", async () => {
    await expect(startStack({ config: onSocket() })).rejects.toThrow(`another process listens on ${socket}`);
    expect((await ask("/s3/reports/q3.txt", bearer(token))).status).toBe(200);
    await stack.close();
    expect(existsSync(socket)).toBe(false);
  });
});

describe("a process on a unix socket", () => {
  const ROOT = join(import.meta.dirname, "../..");
  const env = { ...process.env, POSTERN_OPERATOR_PORT: "0", POSTERN_PORT: "0" };
  let stack: Stack | undefined;

  afterEach(async () => {
    await stack?.close();
    stack = undefined;
  });

  it("that was killed leaves its socket to the next, which has the mode that is asked for", async () => {
    stack = await startStack({ config: onSocket(', mode: "0600"') });
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    await stack.close();

    const { aws } = (stack = await startStack());
    const file = join(folder, "postern.yaml");
    const probes = await freePort();
    const dev = onSocket()(readFileSync(join(ROOT, "config/dev.yaml"), "utf8"));
    writeFileSync(file, dev);
    const ports = { POSTERN_LOCAL_PORT: String(aws.port), POSTERN_PROBES_PORT: String(probes) };
    const start = () =>
      spawn(process.execPath, [join(ROOT, "bin/postern.js"), "serve", "-c", file], {
        env: { ...env, ...ports },
        stdio: ["ignore", "ignore", "pipe"],
      });
    const isReady = async (): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${probes}/readyz`).catch(() => undefined))?.ok === true;
    const first = start();
    while (!(await isReady())) await sleep(20);
    first.kill("SIGKILL");
    await once(first, "exit");
    expect(existsSync(socket)).toBe(true);

    const next = start();
    while (!(await isReady())) await sleep(20);
    expect((await ask("/s3/reports/q3.txt", bearer(await stack.tokenOf("analyst")))).status).toBe(200);
    next.kill("SIGTERM");
    expect(await once(next, "exit")).toEqual([0, null]);
    expect(existsSync(socket)).toBe(false);
  });
});
