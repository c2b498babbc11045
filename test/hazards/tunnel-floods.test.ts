import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { generate } from "mqtt-packet";
import { afterEach, expect, it, vi } from "vitest";
import { SUBS } from "../support/mqtt-clients.ts";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { openSocket } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { open, refusal, bearer, withChat } from "../support/web-sockets.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const [BINARY, CONTINUATION, PONG] = [2, 0, 10];

let stack: Stack;
let upstream: OwnUpstream | undefined;

afterEach(async () => {
  await stack.close();
  await upstream?.close();
  upstream = undefined;
});

async function handshake(path: string, ...more: string[]): Promise<Socket> {
  const socket = await openSocket(stack.ports.listen);
  socket.on("error", () => {}); // shows as its end
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Key: ${KEY}`,
    "Sec-WebSocket-Version: 13",
    `Authorization: Bearer ${await stack.tokenOf("analyst")}`,
    ...more,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return socket;
}

/** A client that AWS has accepted, in the test's own hands. */
async function accepted(): Promise<Socket> {
  const socket = await handshake("/things/mqtt", "Sec-WebSocket-Protocol: mqtt");
  await once(socket, "data");
  const connect = { cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true } as const;
  socket.write(frame(BINARY, generate({ ...connect, clientId: SUBS.analyst, keepalive: 0 })));
  await once(socket, "data");
  return socket.setNoDelay(true);
}

/** Masked with nothing, as a client may. */
function frame(opcode: number, payload: Buffer, isFinal = true): Buffer {
  const head = Buffer.from([(isFinal ? 0x80 : 0) | opcode, 0x80 | payload.length, 0, 0, 0, 0]);
  return Buffer.concat([head, payload]);
}

/** Sends until it is cut, or so often. */
async function flood(socket: Socket, piece: Buffer, times: number): Promise<number> {
  let sent = 0;
  for (; sent < times && !socket.destroyed; sent++) {
    if (!socket.write(piece)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
    await turn();
  }
  return sent;
}

it("a message of very many fragments ends its connection: each would keep the whole piece that it came in", async () => {
  stack = await startStack();
  const socket = await accepted();
  socket.write(frame(BINARY, Buffer.from([0x30]), false));
  const filler = Buffer.concat(Array.from({ length: 400 }, () => frame(PONG, Buffer.alloc(125))));
  const sent = await flood(socket, Buffer.concat([frame(CONTINUATION, Buffer.of(1), false), filler]), 2000);
  expect(sent).toBeLessThan(2000);
  await vi.waitFor(() => expect(stack.logged()).toContain('"why":"protocol"'));
});

it("a frame that comes byte by byte ends its connection: to join the pieces would cost their number squared", async () => {
  stack = await startStack();
  const socket = await accepted();
  socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0, 0, 0, 0]));
  expect(await flood(socket, Buffer.of(1), 20_000)).toBeLessThan(20_000);
});

it("a client that does not read why it was refused is cut, and its place is another's", async () => {
  upstream = await startUpstream((_, response) => void response.writeHead(404).end());
  upstream.server.on("upgrade", (_request, socket) => {
    socket.on("error", () => {});
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n");
    socket.write(Buffer.alloc(20_000_000));
  });
  const { port } = upstream.server.address() as AddressInfo;
  const limits = "\nlimits: { tunnels: 1 }\ntimeouts: { bodyIdle: 1s, upstreamHeaders: 1s }\n";
  stack = await startStack({
    config: (yaml) => withChat(`endpoint: "http://127.0.0.1:${port}", websocket: {}`)(yaml) + limits,
  });
  const socket = await handshake("/chat");
  socket.pause();
  const inFlight = async (): Promise<number> =>
    (await scrape(stack.ports.probes))("postern_in_flight_requests");
  await vi.waitFor(async () => expect(await inFlight()).toBe(1));
  await vi.waitFor(async () => expect(await inFlight()).toBe(0), { timeout: 20_000 });
  expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "client-gone" });
});

it("one caller leaves room for others", async () => {
  stack = await startStack({ config: (yaml) => `${yaml}\nlimits: { tunnelsPerCaller: 2 }\n` });
  const mine = bearer(await stack.tokenOf("analyst"));
  const [first, second] = [await open(stack, { headers: mine }), await open(stack, { headers: mine })];
  expect(await refusal(stack, { headers: mine })).toMatchObject({ status: 429, reason: "overloaded" });
  const other = await open(stack, { headers: bearer(await stack.tokenOf("member")) });
  first.socket.close();
  await once(first.socket, "close");
  const third = await vi.waitFor(() => open(stack, { headers: mine }));
  for (const { socket } of [second, third, other]) socket.terminate();
});
