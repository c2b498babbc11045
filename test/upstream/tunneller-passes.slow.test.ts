import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket, WebSocketServer } from "ws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectGarbage } from "../support/collect-garbage.ts";
import {
  acceptOf,
  behindHead,
  handshakeOf,
  hear,
  say,
  startTunnelled,
  type Tunnelled,
} from "../support/tunnelled.ts";
import { until } from "../support/until.ts";

let stack: Tunnelled;
afterEach(() => stack.close());

/** With which the upstream's connections were closed. */
let closes: [code: number, reason: string][];
beforeEach(() => (closes = []));

/** Serves WebSocket on connections that come from elsewhere. */
function echo(deflate: boolean): (socket: Socket) => void {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: deflate && { threshold: 0 } });
  sockets.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on("close", (code, reason) => closes.push([code, reason.toString()]));
  });
  return (socket) => void server.emit("connection", socket);
}

/** Takes the handshake, and gives what comes behind it. */
const accepting =
  (then: (socket: Socket) => void = () => {}) =>
  (socket: Socket): void => {
    socket.once("data", () => {
      socket.write(acceptOf());
      then(socket);
    });
  };

describe.each([true, false])("a tunnel to which both sides speak WebSocket, compressed: %s", (deflate) => {
  it("passes messages of every size, both ways and at once", async () => {
    stack = await startTunnelled(echo(deflate));
    const client = new WebSocket(`ws://127.0.0.1:${stack.port}/`, ["a", "b"], { perMessageDeflate: deflate });
    await once(client, "open");
    expect(client.extensions).toBe(deflate ? "permessage-deflate" : "");
    const sent = [0, 1, 125, 126, 65_535, 65_536, 1024 * 1024].flatMap((size) => [
      randomBytes(size),
      "é".repeat(size / 2),
    ]);
    const got: (Buffer | string)[] = [];
    client.on("message", (data: Buffer, isBinary) => got.push(isBinary ? data : data.toString()));
    for (const message of sent) client.send(message);
    await until(() => got.length === sent.length);
    expect(got.every((message, i) => Buffer.from(message).equals(Buffer.from(sent[i] ?? "-")))).toBe(true);
    client.ping("p");
    await once(client, "pong");
    client.close(4000, "bye");
    const [code] = (await once(client, "close")) as [number];
    expect(code).toBe(4000);
    await until(() => stack.reports.length === 1);
    const [report] = stack.reports;
    expect(report).toMatchObject({ why: "client", code: 4000, detail: undefined });
    expect(Math.min(report?.bytesUp ?? 0, report?.bytesDown ?? 0)).toBeGreaterThan(1024 * 1024);
  });
});

it("passes frames that come byte by byte", async () => {
  const frame = Buffer.from([0x81, 0xfe, 0, 126, 9, 9, 9, 9, ...Buffer.alloc(126, 7)]);
  let heard: (() => Buffer) | undefined;
  stack = await startTunnelled(accepting((socket) => (heard = hear(socket).bytes)));
  const client = say(stack.port, handshakeOf());
  await behindHead(client);
  for (const byte of frame) {
    client.socket.write(Buffer.from([byte]));
    await sleep(0);
  }
  await until(() => heard?.().length === frame.length);
  expect(heard?.()).toEqual(frame);
  client.socket.resetAndDestroy();
  stack.upstreams[0]?.destroy();
  await until(() => stack.reports.length === 1);
  expect(stack.reports[0]?.bytesUp).toBe(frame.length);
});

describe("where one side is slow", () => {
  const SIZE = 96 * 1024 * 1024;
  const PIECE = Buffer.alloc(1024 * 1024, 0x55);

  /** Writes a frame of so much payload as fast as the connection takes it. */
  function pour(socket: Socket, isMasked: boolean): ReturnType<typeof createHash> {
    const hash = createHash("sha256");
    const head = Buffer.alloc(10);
    head.writeUInt16BE(0x827f | (isMasked ? 0x80 : 0));
    head.writeBigUInt64BE(BigInt(SIZE), 2);
    socket.write(isMasked ? Buffer.concat([head, Buffer.alloc(4)]) : head);
    let left = SIZE;
    const write = (): void => {
      while (left > 0) {
        left -= PIECE.length;
        hash.update(PIECE);
        if (!socket.write(PIECE)) return void socket.once("drain", write);
      }
    };
    write();
    return hash;
  }

  /** Reads nothing for a while, looks at the memory, and then reads all of it. */
  async function readLate(socket: Socket, headBytes: number): Promise<{ grown: number; digest: string }> {
    collectGarbage();
    const before = process.memoryUsage.rss();
    await sleep(500);
    collectGarbage();
    const grown = process.memoryUsage.rss() - before;
    const hash = createHash("sha256");
    let got = 0;
    socket.on("data", (chunk: Buffer) => {
      hash.update(chunk.subarray(Math.max(0, headBytes - got)));
      got += chunk.length;
    });
    socket.resume();
    await until(() => got === SIZE + headBytes);
    return { grown, digest: hash.digest("hex") };
  }

  it("the other waits: a slow client does not fill the memory", async () => {
    let hash: ReturnType<typeof createHash> | undefined;
    stack = await startTunnelled(accepting((socket) => setTimeout(() => (hash = pour(socket, false)), 50)));
    const client = say(stack.port, handshakeOf());
    await behindHead(client);
    client.socket.pause().removeAllListeners("data");
    await sleep(100);
    const { grown, digest } = await readLate(client.socket, 10);
    expect(grown).toBeLessThan(SIZE / 3);
    expect(digest).toBe(hash?.digest("hex"));
  });

  it("the other waits: a slow upstream does not fill the memory", async () => {
    stack = await startTunnelled(accepting((socket) => void socket.pause()));
    const client = say(stack.port, handshakeOf());
    await behindHead(client);
    const hash = pour(client.socket, true);
    await sleep(100);
    const { grown, digest } = await readLate(stack.upstreams[0] as Socket, 14);
    expect(grown).toBeLessThan(SIZE / 3);
    expect(digest).toBe(hash.digest("hex"));
  });
});

describe("a tunnel over which nothing goes", () => {
  it("is ended after its time", async () => {
    stack = await startTunnelled(echo(false), { idleMs: 150 });
    const client = new WebSocket(`ws://127.0.0.1:${stack.port}/`);
    const [code, reason] = (await once(client, "close")) as [number, Buffer];
    await until(() => stack.reports.length === 1 && closes.length === 1);
    expect([[code, reason.toString()], ...closes]).toEqual([
      [1001, "idle"],
      [1001, "idle"],
    ]);
    expect(stack.reports).toEqual([{ why: "idle", code: 1001, detail: undefined, bytesUp: 0, bytesDown: 0 }]);
  });

  it("stands as long as something goes either way", async () => {
    stack = await startTunnelled(echo(false), { idleMs: 400 });
    const client = new WebSocket(`ws://127.0.0.1:${stack.port}/`);
    await once(client, "open");
    for (let i = 0; i < 12; i += 1) {
      await sleep(50);
      client.ping();
    }
    expect(stack.reports).toEqual([]);
    await once(client, "close");
    await until(() => stack.reports[0]?.why === "idle");
  });
});

it("leaves nothing behind on either connection", async () => {
  stack = await startTunnelled(echo(false));
  const client = new WebSocket(`ws://127.0.0.1:${stack.port}/`);
  await once(client, "open");
  const [inward] = stack.clients;
  const names = ["data", "drain", "end", "error", "close"];
  const during = names.map((name) => inward?.listenerCount(name));
  client.close();
  await until(() => stack.reports.length === 1);
  const after = names.map((name) => inward?.listenerCount(name));
  // Node hears the end itself, and the front errors.
  expect([during, after]).toEqual([
    [1, 1, 2, 2, 3],
    [0, 0, 1, 1, 0],
  ]);
});
