import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { type ConfigMap, mountConfigMap } from "../support/config-map.ts";
import { order } from "../support/orders.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { type Echo, handshake, open, startEcho } from "../support/web-sockets.ts";

const DEV = readFileSync(join(import.meta.dirname, "../../config/dev.yaml"), "utf8");
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

let stack: Stack;
let upstream: OwnUpstream | undefined;
let echo: Echo | undefined;
let map: ConfigMap | undefined;
/** Requests that wait upstream. */
let waiting: ServerResponse[] = [];

afterEach(async () => {
  answerAll();
  await upstream?.close();
  await stack.close();
  await echo?.close();
  map?.remove();
  [upstream, echo, map] = [undefined, undefined, undefined];
});

const answerAll = (): void => waiting.splice(0).forEach((response) => response.end("whole"));

/** Starts with an S3 that answers when it is told to, but for what is asked to be quick. */
async function start(change: (yaml: string) => string): Promise<void> {
  waiting = [];
  upstream = await startUpstream((request, response) => {
    request.resume();
    if (request.url?.includes("quick") === true) response.end("quick");
    else waiting.push(response);
  });
  const { config } = upstream;
  stack = await startStack({ config: (yaml) => change(config(yaml)) });
}

const withLimits =
  (limits: string) =>
  (yaml: string): string =>
    `${yaml}\nlimits: { ${limits} }\n`;

/** Gives the first rule these limits. */
const withRuleLimits =
  (name: string, limits: string) =>
  (yaml: string): string => {
    const changed = yaml.replace(`- name: ${name}\n`, `- name: ${name}\n      limits: { ${limits} }\n`);
    expect(changed).not.toBe(yaml);
    return changed;
  };

/** The status, and of a refusal the reason. */
async function ask(token: string | undefined, target = "/s3/reports/quick"): Promise<string> {
  const answer = await fetch(`${stack.url}${target}`, token === undefined ? {} : { headers: bearer(token) });
  await answer.arrayBuffer();
  const reason = answer.headers.get("x-postern-reason");
  return reason === null ? String(answer.status) : `${answer.status} ${reason}`;
}

/** Has so many requests wait upstream. */
async function hold(
  count: number,
  token: string | undefined,
  target = "/s3/reports/waits",
): Promise<Promise<string>[]> {
  const before = waiting.length;
  const asked = Array.from({ length: count }, () => ask(token, target));
  await until(() => waiting.length === before + count);
  return asked;
}

/** When nothing is under way any more there is room for all again, and no place is lost. */
async function expectRoomFor(count: number, token: string | undefined): Promise<void> {
  await vi.waitFor(async () => {
    expect((await scrape(stack.ports.probes))("postern_in_flight_requests")).toBe(0);
  });
  const asked = await hold(count, token);
  expect(await ask(token)).toBe("503 overloaded");
  answerAll();
  expect(await Promise.all(asked)).toEqual(Array(count).fill("200"));
}

it("M6 one caller has its share of what may be in flight, and others have theirs", async () => {
  await start(withLimits("inFlightPerCaller: 2"));
  const [admin, analyst] = await Promise.all([stack.tokenOf("admin"), stack.tokenOf("analyst")]);
  const asked = await hold(2, admin);
  const refused = await fetch(`${stack.url}/s3/reports/quick`, { headers: bearer(admin) });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.text()).toContain("<Code>SlowDown</Code>");
  expect(stack.outcomes.at(-1)).toMatchObject({
    reason: "overloaded",
    detail: "too many requests of one caller",
  });
  expect(await ask(analyst)).toBe("200");
  answerAll();
  expect(await Promise.all(asked)).toEqual(["200", "200"]);
  await expectRoomFor(2, admin);
});

it("M6 ten thousand tokens of one user are one caller", async () => {
  await start(withLimits("inFlightPerCaller: 2"));
  const tokens = await Promise.all(Array.from({ length: 50 }, () => stack.tokenOf("admin")));
  expect(new Set(tokens).size).toBe(50);
  const { tokens: issued } = stack.aws.identity;
  const access = await issued.issueAccessToken({ username: "admin", clientId: "web" });
  const asked = [...(await hold(1, tokens[0])), ...(await hold(1, tokens[1]))];
  for (const token of tokens.slice(2)) expect(await ask(token)).toBe("503 overloaded");
  expect(await ask(access, "/orders/orders/7")).toContain("overloaded");
  answerAll();
  expect(await Promise.all(asked)).toEqual(["200", "200"]);
});

it("all guests are one caller, and users are none of them", async () => {
  await start(withLimits("inFlightPerCaller: 1"));
  const asked = await hold(1, undefined, "/s3/public/waits");
  expect(await ask(undefined, "/s3/public/quick")).toBe("503 overloaded");
  expect(await ask(await stack.tokenOf("admin"))).toBe("200");
  answerAll();
  expect(await Promise.all(asked)).toEqual(["200"]);
});

it("a place comes back however its request ends", async () => {
  await start(withLimits("inFlightPerCaller: 3"));
  const token = await stack.tokenOf("admin");
  const auth = ["Authorization", `Bearer ${token}`] as const;
  const lost = async (text: string, when: () => boolean | Promise<boolean>): Promise<void> => {
    const socket = await openSocket(stack.ports.listen);
    socket.on("error", () => {}).resume();
    socket.write(text);
    while (!(await when())) await sleep(2);
    socket.destroy();
  };
  for (let i = 0; i < 5; i++) {
    expect(await ask(token, "/s3/%00")).toContain("400");
    expect(await ask(await stack.tokenOf("analyst"), "/s3/home/nobody/x")).toContain("403");
    const before = waiting.length;
    // Gone before there was an answer, within its upload, and behind others on one connection.
    await lost(requestText("GET /s3/reports/waits", [auth]), () => waiting.length === before + 1);
    const put = requestText("PUT /s3/reports/waits", [auth, ["Content-Length", "1000"]]);
    await lost(`${put}half`, () => waiting.length === before + 2);
    const get = requestText("GET /s3/reports/waits", [auth]);
    await lost(get.repeat(3), () => waiting.length === before + 3);
  }
  const first = exchange(stack.ports.listen, requestText("GET /s3/reports/quick", [auth]).repeat(20), {
    answers: 20,
  });
  expect((await first).answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  waiting = [];
  await expectRoomFor(3, token);
});

it("a place comes back where a lock cuts or refuses its request", async () => {
  await start(withLimits("inFlightPerCaller: 3"));
  const token = await stack.tokenOf("admin");
  const asked = await hold(3, token);
  await order(stack.ports.operator, "/lock");
  await Promise.allSettled(asked);
  expect(await ask(token)).toBe("403 locked");
  await order(stack.ports.operator, "/unlock");
  waiting = [];
  await expectRoomFor(3, token);
});

it("a handshake has a place until it is answered, and an open WebSocket has none", async () => {
  echo = await startEcho();
  stack = await startStack({
    config: (yaml) => withLimits("inFlightPerCaller: 1, tunnelsPerCaller: 2")(echo?.config()(yaml) ?? yaml),
  });
  const headers = bearer(await stack.tokenOf("analyst"));
  const first = await open(stack, { headers });
  const release = echo.holdNext();
  const second = handshake(stack, { headers });
  await until(() => echo?.heads.length === 2);
  expect(await ask(headers.authorization.slice("Bearer ".length), "/s3/reports/q3.txt")).toBe(
    "503 overloaded",
  );
  expect(await handshake(stack, { headers })).toMatchObject({ reason: "overloaded" });
  release();
  expect(await second).toHaveProperty("socket");
  expect(await ask(headers.authorization.slice("Bearer ".length), "/s3/reports/q3.txt")).toBe("200");
  first.socket.close();
});

it("B9 a rule has its share, of all callers and of each", async () => {
  await start(withRuleLimits("admins do anything", "inFlight: 3, inFlightPerCaller: 2"));
  const token = await stack.tokenOf("admin");
  const asked = await hold(2, token);
  expect(await ask(token)).toBe("503 overloaded");
  expect(stack.outcomes.at(-1)?.detail).toBe(
    'too many requests of one caller by the rule "admins do anything"',
  );
  // By another rule.
  expect(await ask(await stack.tokenOf("analyst"))).toBe("200");
  answerAll();
  expect(await Promise.all(asked)).toEqual(["200", "200"]);
  await expectRoomFor(2, token);
});

it("a change of the limits counts on", async () => {
  map = mountConfigMap({ "postern.yaml": "" });
  await start(withLimits("inFlightPerCaller: 5"));
  const with3 = withLimits("inFlightPerCaller: 3")(upstream?.config(DEV) ?? DEV);
  map.swap({ "postern.yaml": with3 });
  const token = await stack.tokenOf("admin");
  const asked = await hold(3, token);
  expect(await ask(token)).toBe("200");
  stack.follow(map.pathOf("postern.yaml"));
  map.swap({ "postern.yaml": `${with3}\n` });
  await vi.waitFor(() => expect(stack.logged()).toContain("the configuration was reloaded"), {
    timeout: 20_000,
  });
  expect(await ask(token)).toBe("503 overloaded");
  answerAll();
  await Promise.all(asked);
  await expectRoomFor(3, token);
});

it("a request that is sent anew has one place", async () => {
  const keys: string[] = [];
  let ahead = 0;
  stack = await startStack({
    config: (yaml) =>
      withLimits("inFlightPerCaller: 1")(withRuleLimits("admins do anything", "inFlight: 1")(yaml)),
    now: () => Date.now() + ahead,
    aws: {
      secretOf: ({ accessKeyId, secretAccessKey }) => {
        keys.push(accessKeyId);
        return secretAccessKey;
      },
    },
  });
  const token = await stack.tokenOf("admin");
  for (let i = 0; i < 3; i++) {
    expect(await ask(token, "/s3/reports/q3.txt")).toBe("200");
    const before = keys.at(-1) ?? "";
    ahead += 120_000;
    stack.aws.sessions.expire(before);
    expect(await ask(token, "/s3/reports/q3.txt")).toBe("200");
    expect(keys.at(-1)).not.toBe(before);
  }
});
