import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { TUNNEL_ENDS, CLOSE_CODES } from "../../src/domain/tunnel-end.ts";
import { closeFrame } from "../../src/upstream/close-frame.ts";
import {
  acceptOf,
  behindHead,
  handshakeOf,
  hear,
  say,
  startTunnelled,
  type Tunnelled,
  type TunnelledOptions,
} from "../support/tunnelled.ts";
import { until } from "../support/until.ts";

let stack: Tunnelled;
afterEach(() => {
  vi.useRealTimers();
  return stack.close();
});

/** From now on nothing happens only because time passes. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

/** As {@link until}, where time stands still. */
async function soon(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

/** One side of an open tunnel, from outside. */
interface Side {
  readonly socket: Socket;
  /** What came over the tunnel. */
  readonly got: () => Buffer;
}

interface Open {
  readonly client: Side;
  readonly upstream: Side;
}

async function open(options: TunnelledOptions = {}): Promise<Open> {
  let behind: (() => Buffer) | undefined;
  stack = await startTunnelled(
    async (socket) => {
      behind = await behindHead(hear(socket));
      socket.write(acceptOf());
    },
    { allowHalfOpen: true, ...options },
  );
  const heard = say(stack.port, handshakeOf());
  const got = await behindHead(heard);
  return {
    client: { socket: heard.socket, got },
    upstream: { socket: stack.upstreams[0] as Socket, got: () => behind?.() ?? Buffer.alloc(0) },
  };
}

const MASK = Buffer.from([1, 2, 3, 4]);
/** A whole frame of four bytes, and the beginning of one. */
const CLIENTS = Buffer.from([0x82, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]);
const SERVERS = Buffer.from([0x82, 4, 1, 2, 3, 4]);
const closedBy = (code: number) => closeFrame(code, "", MASK);

/** A masked close frame without its mask. */
function unmasked(frame: Buffer): Buffer {
  const mask = frame.subarray(2, 6);
  const payload = frame.subarray(6).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.from([frame[0] ?? 0, (frame[1] ?? 0) & 0x7f]), payload]);
}

const ended = () => until(() => stack.reports.length > 0);
/** No second report follows. */
async function endedOnce(): Promise<void> {
  await ended();
  await sleep(20);
  expect(stack.reports).toHaveLength(1);
}

describe("a tunnel that Postern ends", () => {
  it.each(TUNNEL_ENDS)("tells both sides: %s", async (why) => {
    const { client, upstream } = await open();
    client.socket.write(CLIENTS);
    upstream.socket.write(SERVERS);
    await until(() => upstream.got().length === CLIENTS.length && client.got().length === SERVERS.length);
    stack.tunnels[0]?.end(why);
    stack.tunnels[0]?.end("drain");
    const code = CLOSE_CODES[why];
    const frame = closeFrame(code, why);
    await until(() => client.got().length >= SERVERS.length + frame.length);
    await until(() => upstream.got().length >= CLIENTS.length + frame.length + 4);
    expect(client.got().subarray(SERVERS.length)).toEqual(frame);
    expect(unmasked(upstream.got().subarray(CLIENTS.length))).toEqual(frame);
    // What either side says now goes nowhere.
    client.socket.write(Buffer.concat([CLIENTS, closedBy(code)]));
    upstream.socket.write(Buffer.concat([SERVERS, closeFrame(code, "")]));
    client.socket.end();
    upstream.socket.end();
    await endedOnce();
    expect(client.got().length).toBe(SERVERS.length + frame.length);
    expect(upstream.got().length).toBe(CLIENTS.length + frame.length + 4);
    expect(stack.reports).toEqual([
      { why, code, detail: undefined, bytesUp: CLIENTS.length, bytesDown: SERVERS.length },
    ]);
  });

  it("masks with another key each time", async () => {
    const masks = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      const { upstream } = await open();
      stack.tunnels[0]?.end("drain");
      await until(() => upstream.got().length >= 6);
      masks.add(upstream.got().subarray(2, 6).toString("hex"));
      await stack.close();
    }
    expect(masks.size).toBe(3);
  });

  it("closes each connection once its side has answered", async () => {
    const { client, upstream } = await open();
    const closed: string[] = [];
    client.socket.once("end", () => closed.push("client"));
    upstream.socket.once("end", () => closed.push("upstream"));
    stack.tunnels[0]?.end("token");
    await until(() => client.got().length > 0 && upstream.got().length > 0);
    expect(closed).toEqual([]);
    client.socket.write(closedBy(1008));
    await until(() => closed.includes("client"));
    expect(closed).toEqual(["client"]);
    upstream.socket.write(closeFrame(1008, ""));
    await until(() => closed.includes("upstream"));
  });

  it("waits for the end of the frame that is under way", async () => {
    const { client, upstream } = await open();
    const size = 3_000_000;
    const head = Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0x2d, 0xc6, 0xc0]);
    upstream.socket.write(Buffer.concat([head, Buffer.alloc(size / 2)]));
    await until(() => client.got().length === head.length + size / 2);
    stopTime();
    stack.tunnels[0]?.end("denied");
    await soon(() => upstream.got().length > 0);
    let hasEnded = false;
    upstream.socket.once("end", () => (hasEnded = true));
    // The end of that frame, and all that follows it, in one piece.
    upstream.socket.write(Buffer.concat([Buffer.alloc(size / 2), SERVERS, closeFrame(1008, "")]));
    const frame = closeFrame(1008, "denied");
    await soon(() => hasEnded && client.got().length >= head.length + size + frame.length);
    vi.useRealTimers();
    expect(client.got().subarray(head.length + size)).toEqual(frame);
    client.socket.end(closedBy(1008));
    upstream.socket.end();
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({ why: "denied", code: 1008, bytesDown: head.length + size });
  });

  it("cuts a frame that does not end within a second", async () => {
    const { client, upstream } = await open();
    let cut = false;
    upstream.socket.write(SERVERS.subarray(0, 4));
    await until(() => client.got().length === 4);
    client.socket.once("close", () => (cut = true));
    client.socket.once("end", () => client.socket.end());
    stack.tunnels[0]?.end("token");
    await until(() => cut);
    expect(client.got()).toEqual(SERVERS.subarray(0, 4));
    // The other side has its time yet.
    expect(stack.reports).toEqual([]);
    upstream.socket.end(closeFrame(1008, ""));
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({ why: "token", code: undefined });
  });

  it("cuts a frame whose sender has left", async () => {
    const { client, upstream } = await open();
    let hasClosed = false;
    upstream.socket.write(SERVERS.subarray(0, 4));
    await until(() => client.got().length === 4);
    client.socket.once("end", () => client.socket.end()).once("close", () => (hasClosed = true));
    stopTime();
    stack.tunnels[0]?.end("token");
    await soon(() => upstream.got().length > 0);
    expect(hasClosed).toBe(false);
    upstream.socket.end();
    await soon(() => hasClosed);
    expect(client.got()).toEqual(SERVERS.subarray(0, 4));
  });

  it("cuts sides that do not close", async () => {
    const { client, upstream } = await open();
    client.socket.pause();
    upstream.socket.pause();
    stack.tunnels[0]?.end("token");
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({ why: "token", code: 1008 });
  });

  it("cuts a client that reads nothing, and holds up all that follows", async () => {
    const { client, upstream } = await open();
    client.socket.pause();
    upstream.socket.write(
      Buffer.concat(
        Array.from({ length: 50 }, () =>
          Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0x10, 0, 0]), Buffer.alloc(1024 * 1024)]),
        ),
      ),
    );
    await sleep(100);
    stack.tunnels[0]?.end("lifetime");
    await endedOnce();
    expect(stack.reports[0]?.why).toBe("lifetime");
  });

  it("lets nothing pass that was sent behind the handshake, where it ends at once", async () => {
    const { client, upstream } = await open({ onOpen: (tunnel) => tunnel.end("drain") });
    client.socket.write(CLIENTS);
    await until(() => client.got().length > 0 && upstream.got().length > 0);
    client.socket.end(closedBy(1001));
    upstream.socket.end(closeFrame(1001, ""));
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({ why: "drain", bytesUp: 0 });
  });
});

describe("a tunnel that a side closes", () => {
  it("is the client's end where it closes first", async () => {
    const { client, upstream } = await open();
    // Nothing that follows a close frame passes.
    client.socket.write(Buffer.concat([closedBy(4001), CLIENTS]));
    await until(() => upstream.got().length === 8);
    client.socket.write(closedBy(4002));
    upstream.socket.write(Buffer.concat([SERVERS, closeFrame(1000, "")]));
    await until(() => client.got().length === SERVERS.length + 4);
    upstream.socket.end();
    client.socket.end();
    await endedOnce();
    expect(stack.reports).toEqual([
      { why: "client", code: 4001, detail: undefined, bytesUp: 8, bytesDown: SERVERS.length + 4 },
    ]);
  });

  it("is the upstream's end where that does", async () => {
    const { client, upstream } = await open();
    upstream.socket.end(closeFrame(1001, "Going away"));
    await until(() => client.got().length === 14);
    client.socket.end(closedBy(1001));
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({ why: "upstream", code: 1001, detail: undefined });
  });

  it("ends the other connection with the first behind a close frame", async () => {
    const { client, upstream } = await open();
    let hasEnded = false;
    upstream.socket.once("end", () => (hasEnded = true));
    client.socket.end(closedBy(1000));
    await until(() => hasEnded);
    expect(upstream.got().length).toBe(8);
    upstream.socket.end(Buffer.concat([SERVERS, closeFrame(1000, "")]));
    await until(() => client.got().length === SERVERS.length + 4);
    await endedOnce();
  });

  it("can still be ended while the other side has not answered", async () => {
    const { client, upstream } = await open();
    client.socket.write(closedBy(1000));
    await until(() => upstream.got().length === 8);
    stack.tunnels[0]?.end("token");
    upstream.socket.write(SERVERS);
    const frame = closeFrame(1008, "token");
    await until(() => client.got().length === frame.length);
    expect(client.got()).toEqual(frame);
    upstream.socket.end(closeFrame(1000, ""));
    client.socket.end();
    await endedOnce();
    // The upstream was told already.
    expect(upstream.got().length).toBe(8);
    expect(stack.reports[0]).toMatchObject({ why: "client", code: 1000, bytesDown: 0 });
  });

  it("is cut where the other side never answers", async () => {
    const { client, upstream } = await open();
    stopTime();
    client.socket.write(closedBy(1000));
    await soon(() => upstream.got().length === 8);
    vi.advanceTimersByTime(9999);
    await new Promise(setImmediate);
    expect(stack.clients[0]?.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await soon(() => stack.reports.length === 1);
    expect(stack.reports[0]).toMatchObject({ why: "client", code: 1000 });
  });
});

describe("a tunnel of which a side is gone", () => {
  it.each(["end", "resetAndDestroy"] as const)("tells AWS of the client: %s", async (how) => {
    const { client, upstream } = await open();
    client.socket.write(CLIENTS);
    await until(() => upstream.got().length === CLIENTS.length);
    client.socket[how]();
    await until(() => upstream.got().length > CLIENTS.length);
    expect(unmasked(upstream.got().subarray(CLIENTS.length))).toEqual(closeFrame(1001, "client"));
    upstream.socket.end(closeFrame(1001, ""));
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({
      why: "client",
      code: undefined,
      detail: how === "end" ? "no close frame" : "ECONNRESET",
    });
  });

  it.each(["end", "resetAndDestroy"] as const)("tells the client of AWS: %s", async (how) => {
    const { client, upstream } = await open();
    upstream.socket.write(SERVERS);
    await until(() => client.got().length === SERVERS.length);
    upstream.socket[how]();
    const frame = closeFrame(1014, "upstream");
    await until(() => client.got().length === SERVERS.length + frame.length);
    expect(client.got().subarray(SERVERS.length)).toEqual(frame);
    client.socket.end(closedBy(1014));
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({
      why: "upstream",
      code: 1014,
      detail: how === "end" ? "no close frame" : "UPSTREAM_RESET",
    });
  });

  it("is cut where that was within a frame", async () => {
    const { client, upstream } = await open();
    let hasClosed = false;
    upstream.socket.once("end", () => upstream.socket.end()).once("close", () => (hasClosed = true));
    stopTime();
    client.socket.end(CLIENTS.subarray(0, 7));
    await soon(() => hasClosed);
    vi.useRealTimers();
    expect(upstream.got()).toEqual(CLIENTS.subarray(0, 7));
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({ why: "client", code: undefined });
  });

  it("ends once where both are gone at once", async () => {
    const { client, upstream } = await open();
    client.socket.resetAndDestroy();
    upstream.socket.resetAndDestroy();
    await endedOnce();
  });
});

describe("a tunnel in which a side breaks the protocol", () => {
  it("is ended for a client's frame that is not masked, which does not pass", async () => {
    const { client, upstream } = await open();
    client.socket.write(Buffer.concat([CLIENTS, SERVERS]));
    const frame = closeFrame(1002, "protocol");
    await until(() => client.got().length === frame.length);
    await until(() => upstream.got().length === CLIENTS.length + frame.length + 4);
    expect(client.got()).toEqual(frame);
    expect(unmasked(upstream.got().subarray(CLIENTS.length))).toEqual(frame);
    upstream.socket.end(closeFrame(1002, ""));
    client.socket.end();
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({
      why: "protocol",
      code: 1002,
      detail: "a client's frame that is not masked",
      bytesUp: CLIENTS.length,
    });
  });

  it("is ended for a reserved opcode of AWS's", async () => {
    const { client, upstream } = await open();
    upstream.socket.write(Buffer.from([0x87, 0]));
    const frame = closeFrame(1002, "protocol");
    await until(() => client.got().length === frame.length && upstream.got().length === frame.length + 4);
    client.socket.end(closedBy(1002));
    upstream.socket.end();
    await endedOnce();
    expect(stack.reports[0]).toMatchObject({ why: "protocol", detail: "a reserved opcode" });
  });

  it("is cut for AWS where a part of the frame has passed", async () => {
    const { client, upstream } = await open();
    client.socket.write(Buffer.from([0x81]));
    await until(() => upstream.got().length === 1);
    let hasClosed = false;
    upstream.socket.once("end", () => upstream.socket.end()).once("close", () => (hasClosed = true));
    stopTime();
    client.socket.write(Buffer.from([0x01, 0x41]));
    await soon(() => hasClosed);
    vi.useRealTimers();
    expect(upstream.got().length).toBe(1);
    const frame = closeFrame(1002, "protocol");
    await until(() => client.got().length === frame.length);
    client.socket.end();
    await endedOnce();
  });
});
