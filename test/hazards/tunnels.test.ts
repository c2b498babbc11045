import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { collectGarbage } from "../support/collect-garbage.ts";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, type StackOptions, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import {
  bearer,
  type Echo,
  handshake,
  open,
  type Open,
  reasonOf,
  refusal,
  startEcho,
  type Wish,
} from "../support/web-sockets.ts";

const DEV = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
const PAGE = "https://app.example.com";

let folder: string;
let file: string;
let stack: Stack;
let echo: Echo;
let headers: { readonly authorization: string };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-tunnels-"));
  file = join(folder, "postern.yaml");
  echo = await startEcho();
});
afterEach(async () => {
  await stack.close();
  await echo.close();
  rmSync(folder, { recursive: true });
});

/** Starts with an echo in the place of the API's application, and follows the configuration. */
async function start(settings?: string, config = DEV, options: StackOptions = {}): Promise<string> {
  const whole = echo.config(settings)(config);
  put(file, whole);
  stack = await startStack({ ...options, config: () => whole });
  headers = bearer(await stack.tokenOf("analyst"));
  return whole;
}
/** Puts a file in place as a whole. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.next`, text);
  renameSync(`${path}.next`, path);
}
const logged = (words: string): number => stack.logged().split(words).length - 1;
async function change(config: string): Promise<void> {
  const before = logged("the configuration was reloaded");
  put(file, config);
  await vi.waitFor(() => expect(logged("the configuration was reloaded")).toBe(before + 1), {
    timeout: 10_000,
    interval: 5,
  });
}

/** What both sides, the log and the metrics have to say of an end. */
async function expectEnd({ closed }: Open, why: string, code: number, others = 0): Promise<void> {
  expect(await closed).toEqual([code, why]);
  await until(() => echo.closes.length === 1 && logged('"msg":"tunnel"') === 1);
  expect(echo.closes).toEqual([code]);
  expect(stack.logged()).toContain(`"why":"${why}","code":${code}`);
  const measured = await scrape(stack.ports.probes);
  expect(measured('postern_tunnels_open{upstream="chat"}')).toBe(others);
  expect(measured(`postern_tunnels_closed_total{upstream="chat",reason="${why}"}`)).toBe(1);
  expect(measured("postern_in_flight_requests")).toBe(0);
}

const openTunnel = async (wish: Wish = {}): Promise<Open> => {
  const tunnel = await open(stack, { headers, ...wish });
  expect(await tunnel.ask("hello")).toBe("hello");
  return tunnel;
};

describe("a tunnel ends, and both sides are told,", () => {
  it("with the caller's token", async () => {
    await start();
    const { tokens } = stack.aws.identity;
    const lifetimeMs = 3000;
    const token = await tokens.issueIdToken({ username: "analyst", clientId: "web", lifetimeMs });
    const startMs = Date.now();
    const tunnel = await openTunnel({ headers: bearer(token) });
    await expectEnd(tunnel, "token", 1008);
    // The expiry of a token is in whole seconds.
    expect(Date.now() - startMs).toBeGreaterThan(lifetimeMs - 1000);
    expect(await reasonOf(stack, { headers: bearer(token) })).toBe("token-expired");
  });

  it("with the credentials that it was opened with", async () => {
    await start(undefined, DEV, { aws: { lifetimes: { credentialsMs: 4000 } } });
    await expectEnd(await openTunnel(), "credentials", 1008);
    expect(await reasonOf(stack, { headers })).toBe("open");
  });

  it("when its caller is revoked, and no other does", async () => {
    const denied = join(folder, "denied.txt");
    put(denied, "# nobody\n");
    await start(undefined, DEV.replace("guests: allow", `guests: allow\n  denylistFile: "${denied}"`));
    const other = await openTunnel({ headers: bearer(await stack.tokenOf("editor")) });
    const tunnel = await openTunnel();
    put(denied, "sub:local/00000000-aaaa-4000-8000-000000000002\n");
    await expectEnd(tunnel, "token", 1008, 1);
    expect(await other.ask("still here")).toBe("still here");
    other.socket.terminate();
  });

  it.each([
    ["denies it", (yaml: string) => yaml.replace("  rules:\n", DENY)],
    [
      "allows it no more",
      (yaml: string) =>
        yaml.replace(/(?<=everyone may chat\n +who: \{) authenticated: true/, " groups: [editors]"),
    ],
    ["gives it another role", (yaml: string) => yaml.replace("  rules:\n", ANOTHER_ROLE)],
    ["removes the upstream", (yaml: string) => yaml.replace(/^ {2}chat: /m, "  talk: ")],
    ["takes no WebSockets there", (yaml: string) => yaml.replace(/, websocket: \{ origins.*?\] \}/, "")],
    ["lists its page no more", (yaml: string) => yaml.replace(PAGE, "https://other.example.com")],
    ["leads elsewhere", (yaml: string) => yaml.replace(/(?<=chat: .*)127\.0\.0\.1/, "localhost")],
    [
      "wants its caller's token",
      (yaml: string) => yaml.replace("chatapi001, stage: prod },", "chatapi001, stage: prod }, auth: token,"),
    ],
  ])("when a change of the configuration %s", async (_what, changed) => {
    const config = await start(`websocket: { origins: ["${PAGE}"] }`);
    stack.follow(file);
    const tunnel = await openTunnel({ origin: PAGE });
    expect(changed(config)).not.toBe(config);
    await change(changed(config));
    await expectEnd(tunnel, "denied", 1008);
  });

  it("when a change of the configuration accepts its token no more", async () => {
    const config = await start();
    stack.follow(file);
    const tunnel = await openTunnel();
    await change(config.replace("clientIds: [web, service]", "clientIds: [service]"));
    await expectEnd(tunnel, "token", 1008);
  });

  it("when nothing has come for a while", async () => {
    await start("websocket: { idle: 1s }");
    await expectEnd(await openTunnel(), "idle", 1001);
  });

  it("when its time is over, whatever comes", async () => {
    await start("websocket: { lifetime: 2s, idle: 1s }");
    const tunnel = await openTunnel();
    const talking = setInterval(() => tunnel.socket.send("and on"), 100);
    await expectEnd(tunnel, "lifetime", 1001);
    clearInterval(talking);
  });

  it("when Postern does", async () => {
    await start();
    const tunnel = await openTunnel();
    const quiet = await open(stack, { headers });
    await stack.close();
    expect(await tunnel.closed).toEqual([1001, "drain"]);
    expect(await quiet.closed).toEqual([1001, "drain"]);
    // Nothing of Postern is left when it says that it has ended.
    expect(echo.closes).toEqual([1001, 1001]);
    expect(logged('"why":"drain","code":1001')).toBe(2);
  });
});

const DENY = '  rules:\n    - { name: no chat, deny: ["execute-api:*"], who: { groups: [analysts] } }\n';
const ANOTHER_ROLE = `  rules:
    - name: analysts chat as members
      who: { groups: [analysts] }
      allow: [execute-api:Invoke]
      on: ["arn:aws:execute-api:us-east-1:123456789012:chatapi001/prod/$connect"]
      role: arn:aws:iam::123456789012:role/analyst
`;

it("a tunnel stays open over changes that are not about it", async () => {
  const config = await start(`websocket: { origins: ["${PAGE}"] }`);
  stack.follow(file);
  const tunnel = await openTunnel({ origin: PAGE });
  for (const other of [
    config.replace("admins do anything", "admins do all"),
    config.replace("  rules:\n", '  rules:\n    - { name: no writes, deny: ["s3:Put*"] }\n'),
    config.replace(PAGE, `https://other.example.com", "${PAGE}`),
    config.replace(/^ {2}dynamodb: .*\n/m, ""),
    config.replace("everyone may chat", "everybody may chat"),
    `${config}\nlimits: { tunnels: 1 }\n`,
  ]) {
    await change(other);
    expect(await tunnel.ask("still here")).toBe("still here");
  }
  expect(echo.count()).toBe(1);
  tunnel.socket.terminate();
});

it("a handshake that was decided before a change, and ends after it, is decided again", async () => {
  const config = await start();
  stack.follow(file);
  expect(await reasonOf(stack, { headers })).toBe("open");
  const answer = echo.holdNext();
  const opening = handshake(stack, { headers });
  await until(() => echo.heads.length === 2);
  await change(config.replace("  rules:\n", DENY));
  answer();
  const tunnel = await opening;
  if ("socket" in tunnel) expect(await tunnel.closed).toEqual([1008, "denied"]);
  await until(() => echo.count() === 0);
});

it("a handshake that is under way when Postern ends is told so", async () => {
  await start();
  const answer = echo.holdNext();
  const opening = handshake(stack, { headers });
  await until(() => echo.heads.length === 1);
  const ended = stack.close();
  await sleep(50);
  answer();
  const tunnel = await opening;
  expect("socket" in tunnel && (await tunnel.closed)).toEqual([1001, "drain"]);
  await ended;
  await until(() => echo.closes.length === 1);
  expect(logged('"why":"drain"')).toBe(1);
});

it("one tunnel more than the limit is told to come back, however many come at once", async () => {
  await start(undefined, `${DEV}\nlimits: { tunnels: 3 }\n`);
  const all = await Promise.all(Array.from({ length: 20 }, () => handshake(stack, { headers })));
  const tunnels = all.filter((one) => "socket" in one);
  expect(tunnels).toHaveLength(3);
  for (const one of all)
    if (!("socket" in one)) {
      expect([one.status, one.reason, one.headers["retry-after"]]).toEqual([503, "overloaded", "1"]);
    }
  // Requests have a limit of their own.
  expect((await fetch(`${stack.url}/s3/reports/q3.txt`, { headers })).status).toBe(200);
  tunnels[0]?.socket.close();
  await until(() => logged('"msg":"tunnel"') === 1);
  expect(await reasonOf(stack, { headers })).toBe("open");
  expect(echo.heads).toHaveLength(4);
  for (const { socket } of tunnels) socket.terminate();
});

const UPGRADE = [
  ["Connection", "Upgrade"],
  ["Upgrade", "websocket"],
  ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ["Sec-WebSocket-Version", "13"],
] as const;

it("an upgrade behind a request that is not answered yet is nobody's answer", async () => {
  await start();
  const object = requestText("GET /s3/reports/q3.txt", [["Authorization", headers.authorization]]);
  const upgrade = requestText("GET /chat", [["Authorization", headers.authorization], ...UPGRADE]);
  const { text, closed } = await exchange(stack.ports.listen, object + upgrade, { answers: Infinity });
  expect(closed).toBe(true);
  expect(text).not.toContain("101 Switching");
  expect(echo.heads).toEqual([]);
  // Once it is answered there is nothing against it.
  const socket = await openSocket(stack.ports.listen);
  let heard = "";
  socket.on("data", (chunk: Buffer) => (heard += chunk.toString("latin1")));
  socket.write(object);
  await until(() => heard.includes("\r\n\r\n") && stack.outcomes.at(-1)?.operation === "GetObject");
  await sleep(20);
  socket.write(upgrade);
  await until(() => heard.includes("HTTP/1.1 101 "));
  socket.destroy();
  await until(() => echo.count() === 0);
});

it("a head without an end is cut off like any other", async () => {
  await start(undefined, `${DEV}\ntimeouts: { headers: 300ms }\n`);
  const text = requestText("GET /chat", [...UPGRADE]).slice(0, -2);
  const { answers, closed } = await exchange(stack.ports.listen, text);
  expect([answers[0]?.status, closed]).toEqual([408, true]);
});

/** Handshakes that come to nothing, and the status of their answers. */
const REFUSED: readonly (readonly [what: string, wish: () => Wish, status: number])[] = [
  ["without a token", () => ({}), 403],
  ["with a bad one", () => ({ headers: bearer("a.b.c") }), 401],
  ["to what takes none", () => ({ path: "/s3/reports/q3.txt", headers }), 403],
  ["to nowhere", () => ({ path: "/nowhere", headers }), 404],
  ["of a page that is not listed", () => ({ headers, origin: "https://evil.example" }), 403],
  ["in another version", () => ({ headers, protocolVersion: 8 }), 426],
  ["that AWS refuses", () => ({ path: "/refused", headers }), 403],
];

describe("handshakes that come to nothing", () => {
  it("leave nothing behind, a thousand times over", async () => {
    await start(
      undefined,
      DEV.replace(
        "upstreams:\n",
        "upstreams:\n  refused: { service: execute-api, api: { id: chatapi001, stage: dev }, match: { pathPrefix: /refused }, websocket: {} }\n",
      ).replace("chatapi001/prod/$connect", "chatapi001/*"),
    );
    await refuse(100);
    const before = await footprint();
    await refuse(1000);
    const after = await footprint();
    console.info("before and after 1,000 handshakes that came to nothing:", before, after);
    expect(after.sockets).toBeLessThanOrEqual(before.sockets + 10);
    expect(after.timers).toBeLessThanOrEqual(before.timers + 5);
    expect(after.heapMiB).toBeLessThan(before.heapMiB + 4);
    expect((await scrape(stack.ports.probes))("postern_in_flight_requests")).toBe(0);
    // Nor do they count to the limit of what is open.
    expect(await reasonOf(stack, { headers })).toBe("open");
  });
});

async function refuse(times: number): Promise<void> {
  for (let i = 0; i < times; i += 20)
    await Promise.all(Array.from({ length: 20 }, (_, k) => refuseOne(i + k)));
  await vi.waitFor(async () =>
    expect((await scrape(stack.ports.probes))("postern_in_flight_requests")).toBe(0),
  );
}

async function refuseOne(i: number): Promise<void> {
  const [what, wish, status] = REFUSED[i % REFUSED.length]!;
  expect((await refusal(stack, wish())).status, what).toBe(status);
}

/** What this process holds when nothing is under way; client and upstream live in it too. */
async function footprint() {
  await sleep(300);
  collectGarbage();
  const active = process.getActiveResourcesInfo();
  return {
    sockets: active.filter((kind) => kind.startsWith("TCPSocket")).length,
    timers: active.filter((kind) => kind === "Timeout").length,
    heapMiB: Math.round(process.memoryUsage().heapUsed / 1024 / 1024),
  };
}
