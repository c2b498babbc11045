import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";

const MIB = 1024 * 1024;

/** What the upstream does with a connection on which a request has begun to come. */
let serve: (socket: Socket, head: Buffer) => unknown;
let upstream: Server;
const opened = new Set<Socket>();
let stack: Stack;
let authorization: readonly [string, string];

beforeAll(async () => {
  upstream = createServer((socket) => {
    opened.add(socket);
    socket.on("error", () => {}).once("data", (head) => serve(socket, head));
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const { port } = upstream.address() as AddressInfo;
  stack = await startStack({
    config: (yaml) =>
      `${yaml.replace("s3: { service: s3,", `s3: { service: s3, endpoint: "http://127.0.0.1:${port}",`)}
timeouts: { bodyIdle: 1s, upstreamHeaders: 1s }
`,
  });
  authorization = ["Authorization", `Bearer ${await stack.tokenOf("admin")}`];
});
beforeEach(async () => {
  serve = () => {};
  // Each connection is served once: one that an early answer left in good order would serve no other test.
  for (const socket of opened) socket.destroy();
  opened.clear();
  await new Promise((resolve) => setImmediate(resolve));
});
afterAll(async () => {
  await stack.close();
  upstream.close();
});

const get = (): string => requestText("GET /s3/reports/x", [authorization]);
const put = (body: string, length = body.length): string =>
  requestText("PUT /s3/reports/x", [authorization, ["Content-Length", String(length)]], body);

/** Everything that a client sees until its connection ends, and whether that was in good order. */
async function see(request: string): Promise<{ readonly text: string; readonly end: string }> {
  const socket = await openSocket(stack.ports.listen);
  let text = "";
  let end = "end";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", ({ code = "" }: NodeJS.ErrnoException) => (end = code));
  socket.write(request);
  await new Promise((resolve) => socket.once("close", resolve));
  return { text, end };
}

describe("an upstream that goes away within a download", () => {
  const packed = gzipSync("x".repeat(1000)).toString("latin1");

  it.each([
    ["of stated length", "content-length: 1000", "half"],
    [
      "of stated length, on a connection that was to be closed",
      "content-length: 1000\r\nconnection: close",
      "half",
    ],
    ["in chunks", "transfer-encoding: chunked", "4\r\nhalf\r\n"],
    ["in chunks, within one", "transfer-encoding: chunked\r\nconnection: close", "8\r\nhalf"],
    [
      "in chunks, before the last line end",
      "transfer-encoding: chunked\r\nconnection: close",
      "4\r\nhalf\r\n0\r\n",
    ],
    ["that is compressed", `content-encoding: gzip\r\ncontent-length: ${packed.length}`, packed.slice(0, 10)],
  ])("%s never leaves the client with a short success", async (_form, lines, bytes) => {
    for (const leave of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      serve = (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\n${bytes}`, "latin1");
        setTimeout(leave, 20, socket);
      };
      const { text } = await see(get());
      expect(text).toMatch(/^HTTP\/1\.1 200/);
      expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
      const stated = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Infinity);
      expect(text.split("\r\n\r\n").slice(1).join("").length).toBeLessThan(stated);
      expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "upstream-broken" });
    }
  });

  it("to the end of the connection breaks the client's connection too", async () => {
    serve = (socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nhalf");
      setTimeout(() => socket.resetAndDestroy(), 20);
    };
    expect(await see(get())).toMatchObject({ end: "ECONNRESET" });
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "upstream-broken" });
  });

  it("by falling silent is not waited for longer than the idle time", async () => {
    serve = (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf");
    const { text } = await see(get());
    expect(text.endsWith("half")).toBe(true);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "upstream-broken" });
  });
});

describe("an upstream that goes away within an upload", () => {
  it.each([
    ["in good order", (socket: Socket) => socket.end()],
    ["by a reset", (socket: Socket) => socket.resetAndDestroy()],
  ])("%s is answered for, and never by a success", async (_how, leave) => {
    serve = leave;
    const { answers } = await exchange(stack.ports.listen, put("x".repeat(4 * MIB)));
    expect(answers[0]?.status).toBe(502);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("upstream-unreachable");
  });

  it("by reading no further is given up, though the client would wait", async () => {
    serve = (socket) => socket.pause();
    const { answers } = await exchange(stack.ports.listen, put("x".repeat(32 * MIB)));
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("upstream-timeout");
  });

  it.each([
    ["and reads on", "content-length: 2\r\n\r\nno", (socket: Socket) => socket.resume()],
    ["and closes", "content-length: 2\r\nconnection: close\r\n\r\nno", (socket: Socket) => socket.end()],
  ])("having answered early %s is heard", async (_how, rest, then) => {
    serve = (socket) => {
      socket.write(`HTTP/1.1 403 Forbidden\r\n${rest}`);
      then(socket);
    };
    const body = "x".repeat(4 * MIB);
    const { answers } = await exchange(stack.ports.listen, put(body) + put(body), { answers: 2 });
    expect(answers.map(({ status, body: said }) => [status, said])).toEqual([
      [403, "no"],
      [403, "no"],
    ]);
  });
});

it("a client that stops reading for long is cut off, and its download with it", async () => {
  const ended = new Promise((resolve) => {
    serve = (socket) => {
      socket.once("close", resolve);
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n");
      const more = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(64 * 1024)));
      };
      socket.on("drain", more);
      more();
    };
  });
  const client = await openSocket(stack.ports.listen);
  client.pause().write(get());
  await ended;
  await expect.poll(() => stack.outcomes.at(-1)).toMatchObject({ outcome: "client-gone", status: 200 });
  client.destroy();
});
