import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectGarbage } from "../support/collect-garbage.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { openSocket, requestText } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";

const PIECE = Buffer.alloc(64 * 1024, "postern ");

let upstream: OwnUpstream;
let stack: Stack;
let authorization: readonly [string, string];
/** Requests that are under way upstream, and the paths of all that ever came. */
let under = 0;
const arrived = new Set<string | undefined>();

beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    under++;
    arrived.add(request.url);
    request.on("error", () => {});
    response.on("close", () => under--).on("error", () => {});
    if (request.url?.includes("download") === true) pour(request, response);
    if (request.url?.includes("upload") === true) request.resume();
  });
  stack = await startStack({
    config: (yaml) => `${upstream.config(yaml)}\nlimits: { bufferedBody: 1MiB }\n`,
  });
  authorization = ["Authorization", `Bearer ${await stack.tokenOf("admin")}`];
});
afterAll(async () => {
  await stack.close();
  await upstream.close();
});

/** A download without end, as fast as it is taken. */
function pour(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-length": 1e12 });
  const more = (): void => {
    while (!response.destroyed && response.write(PIECE));
  };
  response.on("drain", more);
  more();
}

const get = (path: string): string => requestText(`GET /s3${path}`, [authorization]);
const sending = (line: string, length: number): string =>
  requestText(line, [authorization, ["Content-Length", String(length)]]);

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}

const isIdle = async (): Promise<boolean> => {
  const measured = await scrape(stack.ports.probes);
  return under === 0 && measured("postern_in_flight_requests") + measured("postern_buffered_bytes") === 0;
};

/** What a client does before it leaves; its name is in the path. */
type Act = (socket: Socket, name: string) => Promise<unknown>;

const LEAVES: readonly (readonly [string, Act])[] = [
  [
    "within its download",
    async (socket, name) => {
      socket.write(get(`/reports/download-${name}`));
      await once(socket, "data");
    },
  ],
  [
    "within its upload",
    async (socket, name) => {
      socket.write(sending(`PUT /s3/reports/upload-${name}`, 1e9));
      socket.write(PIECE);
      await until(() => arrived.has(`/reports/upload-${name}`));
    },
  ],
  [
    "while it waits for the answer",
    async (socket, name) => {
      socket.write(get(`/reports/wait-${name}`));
      await until(() => arrived.has(`/reports/wait-${name}`));
    },
  ],
  [
    "having asked for many things at once",
    async (socket, name) => {
      for (let i = 0; i < 3; i++) socket.write(get(`/reports/download-${name}-${i}`));
      await once(socket, "data");
    },
  ],
  [
    "within a body that is held",
    async (socket) => {
      socket.write(`${sending("POST /s3/reports?delete", 1000)}<Delete>`);
      await sleep(1);
    },
  ],
];

describe("a client that leaves", () => {
  it.each(LEAVES)("%s takes the request upstream along, and not only at some deadline", async (when, act) => {
    const socket = await openSocket(stack.ports.listen);
    await act(socket, encodeURIComponent(when).replaceAll("%20", "-"));
    socket.destroy();
    // Deadlines are a minute.
    await expect.poll(isIdle, { timeout: 5000 }).toBe(true);
  });

  it("leaves nothing behind, a thousand times over", async () => {
    await leave(100, "warm");
    const before = await footprint();
    await leave(1000, "counted");
    const after = await footprint();
    console.info("before and after 1,000 clients left:", before, after);
    expect(after.sockets).toBeLessThanOrEqual(before.sockets + 10);
    expect(after.timers).toBeLessThanOrEqual(before.timers + 5);
    expect(after.heapMiB).toBeLessThan(before.heapMiB + 8);
    expect(await isIdle()).toBe(true);
  });
});

/** So many clients come and leave, some at a time and each in its way. */
async function leave(times: number, name: string): Promise<void> {
  const one = async (i: number): Promise<void> => {
    const socket = await openSocket(stack.ports.listen);
    await LEAVES[i % LEAVES.length]?.[1](socket, `${name}-${i}`);
    if (i % 2 === 0) socket.destroy();
    else socket.resetAndDestroy();
  };
  for (let i = 0; i < times; i += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, k) => one(i + k)));
    await until(() => under === 0);
  }
  await until(isIdle);
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
