import { once } from "node:events";
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectMqtt } from "mqtt";
import { afterEach, describe, expect, it, vi } from "vitest";
import { order } from "../support/orders.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { countsOf, type Stack, startStack, type StackOptions } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { floodOf, manyTunnels } from "../support/flood.ts";
import { type Echo, handshake, open, startEcho } from "../support/web-sockets.ts";

const ANALYST = "00000000-aaaa-4000-8000-000000000002";
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

let stack: Stack;
let upstream: OwnUpstream | undefined;
let echo: Echo | undefined;
const folders: string[] = [];

async function start(options?: StackOptions): Promise<void> {
  stack = await startStack(options);
}

afterEach(async () => {
  await stack.close();
  await upstream?.close();
  await echo?.close();
  [upstream, echo] = [undefined, undefined];
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "postern-lock-"));
  folders.push(folder);
  return folder;
}

const lock = () => order(stack.ports.operator, "/lock");
const unlock = () => order(stack.ports.operator, "/unlock");

const readiness = async () => {
  const answer = await fetch(`http://127.0.0.1:${stack.ports.probes}/readyz`);
  const { ready, locked } = (await answer.json()) as Readonly<Record<string, unknown>>;
  return [answer.status, ready, locked];
};

const inFlight = async (): Promise<number> =>
  (await scrape(stack.ports.probes))("postern_in_flight_requests");

const read = async (target: string, headers: Record<string, string>): Promise<string> => {
  const answer = await fetch(`${stack.url}${target}`, { headers });
  await answer.arrayBuffer();
  return answer.headers.get("x-postern-reason") ?? String(answer.status);
};

const exchanges = (): number => countsOf(stack.aws)["cognito-identity:GetCredentialsForIdentity"] ?? 0;

/** An upstream on which requests stay as long as nobody ends them. */
async function startStuck(): Promise<{ readonly open: () => number }> {
  let underWay = 0;
  upstream = await startUpstream((request, response) => {
    underWay++;
    response.on("close", () => underWay--).on("error", () => {});
    request.on("error", () => {}).resume();
    if (request.url?.includes("download") === true) response.writeHead(200).write("the first half, ");
  });
  await start({ config: upstream.config });
  return { open: () => underWay };
}

const withFile = (file: string) => (yaml: string) =>
  yaml.replace(/^operator: \{/m, `operator: { lockFile: "${file}",`);

/** A busy machine may take its time. */
const PATIENT = 10_000;

describe("while Postern is locked", () => {
  it("refuses everything in the words of what was meant, with tokens unread", async () => {
    await start();
    const token = await stack.tokenOf("admin");
    expect(await readiness()).toEqual([200, true, false]);
    expect(await lock()).toMatchObject({ status: 200, json: { locked: true } });
    expect(await readiness()).toEqual([503, false, true]);

    const s3 = await fetch(`${stack.url}/s3/reports/q3.txt`, { headers: bearer("no.token.atall") });
    expect([s3.status, s3.headers.get("x-postern-reason")]).toEqual([403, "locked"]);
    expect(await s3.text()).toContain("<Code>AccessDenied</Code>");
    const dynamodb = await fetch(`${stack.url}/dynamodb/`, {
      method: "POST",
      headers: { ...bearer(token), "x-amz-target": "DynamoDB_20120810.Scan" },
      body: "this is no JSON",
    });
    expect([dynamodb.status, await dynamodb.text()]).toEqual([
      400,
      expect.stringContaining("AccessDeniedException"),
    ]);
    const targets = ["/orders/orders/7", "/.postern/whoami", "/.postern/nothing", "/nothing", "/s3/a/..//b"];
    for (const target of targets)
      expect([target, await read(target, bearer(token))]).toEqual([target, "locked"]);
    const upgrade = await handshake(stack, { headers: bearer(token) });
    expect(upgrade).toMatchObject({ status: 403, reason: "locked" });

    expect(stack.outcomes.every(({ caller }) => caller === undefined)).toBe(true);
    expect(stack.arrived()).toBe(0);
    expect(await unlock()).toMatchObject({ status: 200, json: { locked: false } });
    expect(await readiness()).toEqual([200, true, false]);
    expect(await read("/s3/reports/q3.txt", bearer(token))).toBe("200");
  });

  it("refuses every request of a connection that brings many, one after the other", async () => {
    await start();
    const token = await stack.tokenOf("admin");
    await lock();
    const get = requestText("GET /s3/reports/q3.txt", [["Authorization", `Bearer ${token}`]]);
    const { answers } = await exchange(stack.ports.listen, get.repeat(5), { answers: 5 });
    expect(answers.map(({ headers }) => headers.get("x-postern-reason"))).toEqual(Array(5).fill("locked"));
  });

  it("does not take a body, and does not ask for one that is offered", async () => {
    await start();
    const token = await stack.tokenOf("admin");
    await lock();
    const put = requestText("PUT /s3/reports/new.txt", [
      ["Authorization", `Bearer ${token}`],
      ["Content-Length", "1000000"],
      ["Expect", "100-continue"],
    ]);
    const { answers } = await exchange(stack.ports.listen, put);
    expect([answers[0]?.status, answers[0]?.headers.get("x-postern-reason")]).toEqual([403, "locked"]);
  });

  it("signs nothing for an outer proxy", async () => {
    const socketPath = join(openFolder(), "authorize.sock");
    await start({ config: (yaml) => `${yaml}\nauthorize: { address: "unix:${socketPath}" }\n` });
    const token = await stack.tokenOf("admin");
    const ask = async () => {
      const asked = httpRequest({
        socketPath,
        path: "/.postern/authorize",
        headers: {
          host: "localhost",
          ...bearer(token),
          "x-original-method": "GET",
          "x-original-uri": "/s3/reports/q3.txt",
        },
      });
      const [{ statusCode, headers }] = (await once(asked.end(), "response")) as [
        { statusCode: number; headers: Record<string, string> },
      ];
      return [statusCode, headers["x-postern-reason"], headers["authorization"] !== undefined];
    };
    expect(await ask()).toEqual([200, undefined, true]);
    await lock();
    expect(await ask()).toEqual([403, "locked", false]);
  });

  it("gives out no credentials", async () => {
    await start();
    await lock();
    const headers = bearer(await stack.tokenOf("admin"));
    expect(await read("/.postern/credentials", headers)).toBe("locked");
  });
});

describe("when Postern is locked", () => {
  it("cuts downloads, uploads, and who waits for AWS", async () => {
    const stuck = await startStuck();
    const token = await stack.tokenOf("admin");
    const auth = ["Authorization", `Bearer ${token}`] as const;
    const sent = [
      requestText("GET /s3/reports/download", [auth]),
      requestText("GET /s3/reports/waits", [auth]),
      requestText("PUT /s3/reports/upload", [auth, ["Content-Length", "1000"]]) + "the first half, ",
    ];
    const ends = sent.map((text) => exchange(stack.ports.listen, text, { answers: Infinity }));
    await until(() => stuck.open() === 3);
    await lock();
    for (const { closed, text } of await Promise.all(ends)) {
      expect(closed).toBe(true);
      expect(text).not.toContain("0\r\n\r\n");
    }
    await until(() => stuck.open() === 0);
    await vi.waitFor(async () => expect(await inFlight()).toBe(0), PATIENT);
    expect(stack.outcomes.map(({ reason }) => reason)).toEqual(["locked", "locked", "locked"]);
  });

  it("refuses at once who waits for credentials, and keeps none that come later", async () => {
    await start({
      faults: [
        {
          service: "cognito-identity",
          operation: "GetCredentialsForIdentity",
          effect: { kind: "latency", ms: 300 },
        },
      ],
    });
    const token = await stack.tokenOf("admin");
    const waiting = read("/s3/reports/q3.txt", bearer(token));
    await until(() => (countsOf(stack.aws)["cognito-identity:GetId"] ?? 0) > 0);
    await lock();
    expect(await waiting).toBe("locked");
    await unlock();
    expect(await read("/s3/reports/q3.txt", bearer(token))).toBe("200");
    expect(exchanges()).toBe(2);
    expect(stack.arrived()).toBe(1);
  });

  it("forgets the credentials that it has", async () => {
    await start();
    const token = await stack.tokenOf("admin");
    for (let i = 0; i < 2; i++) expect(await read("/s3/reports/q3.txt", bearer(token))).toBe("200");
    expect(exchanges()).toBe(1);
    await lock();
    await unlock();
    expect(await read("/s3/reports/q3.txt", bearer(token))).toBe("200");
    expect(exchanges()).toBe(2);
  });

  it("does not send on, when it is unlocked again, what was refused while its body came", async () => {
    await start();
    const token = await stack.tokenOf("admin");
    const body = JSON.stringify({ TableName: "Orders" });
    const scan = requestText("POST /dynamodb/", [
      ["Authorization", `Bearer ${token}`],
      ["Content-Type", "application/x-amz-json-1.0"],
      ["X-Amz-Target", "DynamoDB_20120810.Scan"],
      ["Content-Length", String(body.length)],
    ]);
    const socket = await openSocket(stack.ports.listen);
    socket.on("error", () => {}).resume();
    socket.write(scan + body.slice(0, 5));
    await vi.waitFor(async () => expect(await inFlight()).toBe(1), PATIENT);
    await lock();
    await unlock();
    socket.write(body.slice(5));
    socket.end();
    await vi.waitFor(async () => expect(await inFlight()).toBe(0), PATIENT);
    expect(stack.arrived()).toBe(0);
  });

  it("closes WebSockets, and says so", async () => {
    echo = await startEcho();
    await start({ config: echo.config() });
    const headers = bearer(await stack.tokenOf("analyst"));
    const tunnels = await Promise.all(Array.from({ length: 20 }, () => open(stack, { headers })));
    const release = echo.holdNext();
    const opening = handshake(stack, { headers }).catch((error: unknown) => error);
    await until(() => (echo?.heads.length ?? 0) === 21);
    await lock();
    for (const { closed } of tunnels) expect(await closed).toEqual([1008, "locked"]);
    expect(await opening).toBeInstanceOf(Error);
    release();
    await until(() => echo?.count() === 0);
    expect((await scrape(stack.ports.probes))('postern_tunnels_open{upstream="chat"}')).toBe(0);
  });

  it("lets no frame of many WebSockets pass once it has answered", async () => {
    echo = await startEcho({ keeps: false });
    await start({ config: manyTunnels(echo) });
    const flood = await floodOf(stack, await stack.tokenOf("analyst"));
    await lock();
    expect(await flood.passed()).toEqual([]);
  });

  it("ends MQTT connections, and lets no packet pass from then on", async () => {
    await start();
    const client = connectMqtt(`${stack.url.replace("http", "ws")}/things/mqtt`, {
      clientId: ANALYST,
      protocolVersion: 4,
      keepalive: 0,
      reconnectPeriod: 0,
      wsOptions: { headers: bearer(await stack.tokenOf("analyst")) },
    });
    client.on("error", () => {});
    await new Promise((resolve) => void client.once("connect", resolve));
    const closed = new Promise<void>((resolve) => void client.once("close", () => resolve()));
    const published = stack.packets.length;
    await lock();
    client.publish(`things/${ANALYST}/late`, "nobody hears this");
    await closed;
    expect(stack.packets.slice(published).filter(({ outcome }) => outcome === "passed")).toEqual([]);
  });
});

describe("the lock file", () => {
  it("locks from the first byte where it is there at the start, and unlocks when it goes", async () => {
    const file = join(openFolder(), "locked");
    writeFileSync(file, "");
    await start({ config: withFile(file) });
    const headers = bearer(await stack.tokenOf("admin"));
    expect(await read("/s3/reports/q3.txt", headers)).toBe("locked");
    expect(await readiness()).toEqual([503, false, true]);
    expect(await unlock()).toMatchObject({ status: 409, json: { locked: true } });
    expect(await read("/s3/reports/q3.txt", headers)).toBe("locked");
    unlinkSync(file);
    await vi.waitFor(async () => expect(await read("/s3/reports/q3.txt", headers)).toBe("200"), PATIENT);
    writeFileSync(file, "");
    await vi.waitFor(async () => expect(await read("/s3/reports/q3.txt", headers)).toBe("locked"), PATIENT);
    const said = stack.logged().match(/"msg":"Postern is (?:un)?locked"/g);
    expect(said).toEqual([
      '"msg":"Postern is locked"',
      '"msg":"Postern is unlocked"',
      '"msg":"Postern is locked"',
    ]);
  });
});

it("a lock while Postern ends cuts what it waits for", async () => {
  let begun = 0;
  upstream = await startUpstream(() => begun++);
  await start({ config: upstream.config });
  const token = await stack.tokenOf("admin");
  const get = requestText("GET /s3/reports/waits", [["Authorization", `Bearer ${token}`]]);
  const waiting = exchange(stack.ports.listen, get, { answers: Infinity });
  await until(() => begun === 1);
  const ended = stack.close();
  await lock();
  expect((await waiting).text).toBe("");
  await ended;
});

it("a lock that comes and goes among requests loses none of them", async () => {
  await start();
  const token = await stack.tokenOf("admin");
  const asked = Array.from({ length: 10 }, async () => {
    for (let i = 0; i < 30; i++) {
      const said = await read("/s3/reports/q3.txt", bearer(token)).catch(() => "cut");
      expect(["200", "locked", "cut"]).toContain(said);
    }
  });
  const flapping = (async () => {
    for (let i = 0; i < 30; i++) {
      await lock();
      await unlock();
    }
  })();
  await Promise.all([...asked, flapping]);
  expect(await read("/s3/reports/q3.txt", bearer(token))).toBe("200");
  await vi.waitFor(async () => expect(await inFlight()).toBe(0), PATIENT);
});
