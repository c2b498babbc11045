import { connect as connectTcp, createServer as createTcpServer, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Refusal, type RefusalCode } from "../../../src/domain/refusal.ts";
import { CLOSE_CODES, TUNNEL_ENDS, type TunnelEnd } from "../../../src/domain/tunnel-end.ts";
import type { MqttOptions } from "../../../src/upstream/mqtt/mqtt-options.ts";
import { until } from "../../support/until.ts";
import { type ServeUpstream, SIGNED, type Stage, Stalling, startStage } from "./stage.ts";

let stage: Stage;
let clients: WebSocket[] = [];
afterEach(() => {
  for (const client of clients) client.terminate();
  clients = [];
  stage.close();
});

/** What one WebSocket was told. */
interface Heard {
  readonly socket: WebSocket;
  readonly bytes: () => string;
  /** Undefined while it is open. */
  closed: { readonly code: number; readonly reason: string } | undefined;
}

function hear(socket: WebSocket): Heard {
  const chunks: Buffer[] = [];
  const heard: Heard = { socket, bytes: () => Buffer.concat(chunks).toString("hex"), closed: undefined };
  socket.on("message", (data: Buffer) => chunks.push(data));
  socket.on("close", (code, reason) => (heard.closed = { code, reason: reason.toString() }));
  socket.on("error", () => {});
  return heard;
}

async function dial(): Promise<Heard> {
  const socket = new WebSocket(stage.url, "mqtt");
  clients.push(socket);
  const heard = hear(socket);
  await new Promise((resolve) => socket.once("open", resolve));
  return heard;
}

/** Bytes in hexadecimal digits; blanks are for the eye. */
function hexBytes(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}

const connect = (version: 4 | 5, more: object = {}): Buffer =>
  generate({
    cmd: "connect",
    clientId: "c",
    protocolVersion: version,
    clean: true,
    keepalive: 60,
    ...more,
  });
const CONNACK = { 4: hexBytes("20020000"), 5: hexBytes("2006000003220008") } as const;

/** An AWS that takes every CONNECT and notes what it hears. */
function acceptor(version: 4 | 5): { serve: ServeUpstream; heard: Heard[] } {
  const heard: Heard[] = [];
  return {
    heard,
    serve: (socket) => {
      heard.push(hear(socket));
      socket.once("message", () => socket.send(CONNACK[version]));
    },
  };
}

/** A client that is connected, and AWS's side of it. */
async function connected(
  version: 4 | 5,
  options: Partial<MqttOptions> = {},
): Promise<{ client: Heard; aws: Heard }> {
  const { serve, heard } = acceptor(version);
  stage = await startStage(serve, options);
  const client = await dial();
  client.socket.send(connect(version));
  await until(() => stage.connected.length > 0);
  await until(() => client.bytes() !== "");
  return { client, aws: heard[0]! };
}

const CONNECT_HEX = { 4: connect(4).toString("hex"), 5: connect(5).toString("hex") };

describe("a connection", () => {
  it("is dialled to the signed URL, with AWS's host, the subprotocol and no extensions", async () => {
    const { client } = await connected(4);
    expect(client.socket.protocol).toBe("mqtt");
    const { url, headers } = stage.dialled[0]!;
    expect(url).toBe(SIGNED);
    expect(headers).toMatchObject({ host: "aws.example", "sec-websocket-protocol": "mqtt" });
    expect(headers).not.toHaveProperty("sec-websocket-extensions");
    expect(stage.tunnels[0]?.connect()).toEqual({ kind: "connect", clientId: "c", will: undefined });
  });

  it("passes packets as they were decided, written anew, whatever pieces they come in", async () => {
    const { client, aws } = await connected(5);
    const publish = "30070003612f620078";
    const bytes = hexBytes("300a 0003 612f62 03 230001 78  3007 0000 03 230001 78  c000");
    for (const byte of bytes) client.socket.send(Buffer.from([byte]));
    await until(() => aws.bytes().endsWith("c000"));
    expect(aws.bytes()).toBe(`${CONNECT_HEX[5]}${publish}${publish}c000`);
    expect(stage.asks.slice(1)).toEqual([
      { kind: "publish", topic: "a/b", retain: false },
      { kind: "publish", topic: "a/b", retain: false },
    ]);
  });

  it("drops user name, password and the client's offer of topic aliases", async () => {
    const { serve, heard } = acceptor(5);
    stage = await startStage(serve);
    const client = await dial();
    const will = { topic: "w", payload: Buffer.from("gone"), qos: 1, retain: true };
    client.socket.send(
      connect(5, { username: "u", password: Buffer.from("p"), will, properties: { topicAliasMaximum: 5 } }),
    );
    await until(() => client.bytes() !== "");
    expect(heard[0]?.bytes()).toBe(connect(5, { will }).toString("hex"));
    expect(client.bytes()).toBe(CONNACK[5].toString("hex"));
    expect(stage.asks).toEqual([{ kind: "connect", clientId: "c", will: { topic: "w", retain: true } }]);
  });

  it("reads packets that come before AWS has answered, once it has", async () => {
    const heard: Heard[] = [];
    stage = await startStage((socket) => {
      heard.push(hear(socket));
      setTimeout(() => socket.send(CONNACK[4]), 50);
    });
    const client = await dial();
    client.socket.send(Buffer.concat([connect(4), hexBytes("c000")]));
    await until(() => heard[0]?.bytes() === `${CONNECT_HEX[4]}c000`);
    expect(client.bytes()).toBe("20020000");
  });

  it("takes a burst of small packets in one message whole, and others have their turn meanwhile", async () => {
    let turn = 0;
    const turns = new Set<number>();
    const decide = (): undefined => void turns.add(turn);
    const { client, aws } = await connected(4, { decide });
    let isCounting = true;
    const count = (): void => {
      turn++;
      if (isCounting) setImmediate(count);
    };
    setImmediate(count);
    client.socket.send(Buffer.concat(Array.from({ length: 10_000 }, () => hexBytes("3004000161ff"))));
    client.socket.close(1000);
    await until(() => aws.closed !== undefined);
    isCounting = false;
    expect(aws.bytes()).toBe(CONNECT_HEX[4] + "3004000161ff".repeat(10_000));
    expect(turns.size).toBeGreaterThan(100);
    expect(stage.reports).toMatchObject([{ why: "client", code: 1000 }]);
  });

  it("is counted by the bytes of its packets, without what Postern says", async () => {
    const { client, aws } = await connected(5);
    client.socket.send(hexBytes("3207 0002 6e6f 0001 00"));
    aws.socket.send(hexBytes("3004 0001 61 00"));
    await until(() => client.bytes().length > CONNACK[5].length * 2 + 8);
    client.socket.close(1000);
    await until(() => stage.reports.length > 0);
    expect(stage.reports[0]).toMatchObject({
      bytesUp: connect(5).length + 9,
      bytesDown: CONNACK[5].length + 6,
    });
  });
});

describe("a CONNECT that is refused", () => {
  it.each([
    { name: "by a rule, in MQTT 3.1.1", bytes: connect(4, { clientId: "no" }), hex: "20020005" },
    { name: "by a rule, in MQTT 5", bytes: connect(5, { clientId: "no" }), hex: "2003008700" },
    { name: "for its empty client id, in MQTT 3.1.1", bytes: connect(4, { clientId: "" }), hex: "20020002" },
    { name: "for its empty client id, in MQTT 5", bytes: connect(5, { clientId: "" }), hex: "2003008500" },
    {
      name: "for its authentication method",
      bytes: connect(5, { properties: { authenticationMethod: "x" } }),
      hex: "2003008c00",
    },
  ])("$name is answered, and AWS is not even dialled", async ({ bytes, hex }) => {
    stage = await startStage(() => {});
    const client = await dial();
    client.socket.send(bytes);
    await until(() => stage.reports.length > 0);
    expect(client.bytes()).toBe(hex);
    expect(client.closed).toEqual({ code: 1008, reason: "refused" });
    expect(stage.reports).toMatchObject([{ why: "refused", code: 1008 }]);
    expect([stage.dialled, stage.connected]).toEqual([[], []]);
  });

  it.each<readonly [RefusalCode, 4 | 5, string, TunnelEnd]>([
    ["credentials-unavailable", 4, "20020003", "upstream"],
    ["credentials-unavailable", 5, "2003008800", "upstream"],
    ["upstream-timeout", 5, "2003008800", "upstream"],
    ["credentials-refused", 4, "20020005", "refused"],
    ["credentials-refused", 5, "2003008700", "refused"],
    ["token-expired", 5, "2003008700", "token"],
  ])("for %s in version %d", async (code, version, hex, why) => {
    stage = await startStage(() => {}, { dial: () => Promise.reject(new Refusal(code, { detail: "so" })) });
    const client = await dial();
    client.socket.send(connect(version));
    await until(() => stage.reports.length > 0);
    expect(client.bytes()).toBe(hex);
    expect(stage.reports).toMatchObject([{ why, code: CLOSE_CODES[why], detail: "so" }]);
  });

  it("by AWS is told in AWS's words", async () => {
    stage = await startStage((socket) => {
      socket.once("message", () => socket.send(hexBytes("20020005")));
    });
    const client = await dial();
    client.socket.send(connect(4));
    await until(() => stage.reports.length > 0);
    expect(client.bytes()).toBe("20020005");
    expect(stage.connected).toEqual([false]);
    expect(stage.reports).toMatchObject([{ why: "upstream", code: 1014 }]);
  });

  it("by AWS without a word is told as unavailable", async () => {
    stage = await startStage((socket) => {
      socket.once("message", () => socket.terminate());
    });
    const client = await dial();
    client.socket.send(connect(5));
    await until(() => stage.reports.length > 0);
    expect(client.bytes()).toBe("2003008800");
    expect(stage.connected).toEqual([false]);
  });

  it("by silence of AWS is told as unavailable", async () => {
    stage = await startStage(() => {}, { connectMs: 100 });
    const client = await dial();
    client.socket.send(connect(4));
    await until(() => stage.reports.length > 0);
    expect(client.bytes()).toBe("20020003");
    expect(stage.connected).toEqual([false]);
    expect(stage.reports).toMatchObject([{ why: "upstream", detail: "AWS did not answer in time" }]);
  });
});

/** An upstream that answers every connection with some bytes. */
async function refusing(answer: string | undefined, version: 4 | 5): Promise<Heard> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => (answer === undefined ? socket.resetAndDestroy() : socket.end(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  stage = await startStage(() => {}, {
    dial: () => Promise.resolve({ url: `ws://127.0.0.1:${port}${SIGNED}`, host: "aws.example" }),
  });
  const client = await dial();
  client.socket.send(connect(version));
  await until(() => stage.reports.length > 0);
  server.close();
  return client;
}

describe("a handshake that fails", () => {
  it.each([
    ["403", 4, "20020005"],
    ["403", 5, "2003008700"],
    ["503", 4, "20020003"],
    ["302", 5, "2003008800"],
  ] as const)("with %s is told in version %d", async (status, version, hex) => {
    const answer = `HTTP/1.1 ${status} x\r\nlocation: http://127.0.0.1:1${SIGNED}\r\ncontent-length: 0\r\n\r\n`;
    const client = await refusing(answer, version);
    expect(client.bytes()).toBe(hex);
    expect(stage.reports).toMatchObject([
      { why: "upstream", detail: `the handshake was answered with ${status}` },
    ]);
    expect(stage.connected).toEqual([]);
  });

  it("with a reset is told as unavailable", async () => {
    const client = await refusing(undefined, 5);
    expect(client.bytes()).toBe("2003008800");
    expect(stage.reports).toMatchObject([{ why: "upstream", detail: "ECONNRESET" }]);
  });

  it("never repeats the signature", async () => {
    stage = await startStage(() => {}, {
      dial: () => Promise.resolve({ url: `no url at all ${SIGNED}`, host: "aws.example" }),
    });
    const client = await dial();
    client.socket.send(connect(4));
    await until(() => stage.reports.length > 0);
    expect(client.bytes()).toBe("20020003");
    expect(JSON.stringify(stage.reports)).not.toContain("X-Amz");
  });
});

describe("the end of a connection", () => {
  const REASON: Partial<Record<TunnelEnd, string>> = {
    token: "e0028700",
    credentials: "e0028700",
    denied: "e0028700",
    refused: "e0028700",
    protocol: "e0028200",
    idle: "e0028d00",
    lifetime: "e002a000",
    drain: "e0028b00",
    locked: "e0029800",
  };

  it.each(TUNNEL_ENDS)("for %s is told to both sides in MQTT 5", async (why) => {
    const { client, aws } = await connected(5);
    stage.tunnels[0]?.end(why);
    stage.tunnels[0]?.end("drain");
    await until(() => stage.reports.length > 0);
    const takesBack = ["token", "credentials", "denied", "locked"].includes(why);
    await until(() => client.closed !== undefined && aws.closed !== undefined);
    expect(client.bytes()).toBe(`${CONNACK[5].toString("hex")}${REASON[why] ?? ""}`);
    expect(aws.bytes()).toBe(`${CONNECT_HEX[5]}${takesBack ? "e0020000" : ""}`);
    const told = { code: CLOSE_CODES[why], reason: why };
    expect([client.closed, aws.closed]).toEqual([told, told]);
    expect(stage.reports).toMatchObject([{ why, code: CLOSE_CODES[why] }]);
  });

  it("is told by the WebSocket close alone in MQTT 3.1.1", async () => {
    const { client, aws } = await connected(4);
    stage.tunnels[0]?.end("denied");
    await until(() => stage.reports.length > 0);
    await until(() => client.closed !== undefined);
    expect(client.bytes()).toBe("20020000");
    expect(aws.bytes()).toBe(`${CONNECT_HEX[4]}e000`);
  });

  it.each(["found", "not found"])("comes while AWS is %s, too", async (outcome) => {
    let settle: (() => void) | undefined;
    stage = await startStage(() => {}, {
      dial: () =>
        new Promise((resolve, reject) => {
          const to = { url: `${stage.url}/elsewhere`, host: "aws.example" };
          settle = () => (outcome === "found" ? resolve(to) : reject(new Refusal("internal")));
        }),
    });
    const client = await dial();
    client.socket.send(connect(5));
    await until(() => settle !== undefined);
    stage.tunnels[0]?.end("denied");
    await until(() => stage.reports.length > 0);
    settle?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.bytes()).toBe("2003008700");
    expect(stage.reports).toHaveLength(1);
    expect(stage.tunnels, "nobody was dialled").toHaveLength(1);
  });

  it("by the client's DISCONNECT passes on", async () => {
    const { client, aws } = await connected(5);
    client.socket.send(hexBytes("e0020400"));
    await until(() => stage.reports.length > 0);
    await until(() => aws.closed !== undefined);
    expect(aws.bytes()).toBe(`${CONNECT_HEX[5]}e0020400`);
    expect(stage.reports).toMatchObject([{ why: "client" }]);
  });

  it("by a client that vanishes says nothing to AWS, which publishes the will", async () => {
    const { client, aws } = await connected(5);
    client.socket.terminate();
    await until(() => aws.closed !== undefined);
    expect(aws.bytes()).toBe(CONNECT_HEX[5]);
    expect(stage.reports).toMatchObject([{ why: "client", code: undefined }]);
  });

  it("by AWS passes on, with AWS's last word", async () => {
    const { client, aws } = await connected(5);
    aws.socket.send(hexBytes("e0028e00"));
    aws.socket.close(1000);
    await until(() => client.closed !== undefined);
    expect(client.bytes()).toBe(`${CONNACK[5].toString("hex")}e0028e00`);
    expect(client.closed).toEqual({ code: 1014, reason: "upstream" });
  });

  it("comes when nothing was said for long", async () => {
    const { client } = await connected(5, { idleMs: 200 });
    await until(() => client.closed !== undefined);
    expect(client.bytes()).toMatch(/e0028d00$/);
    expect(stage.reports).toMatchObject([{ why: "idle", code: 1001 }]);
  });

  it.each(["the client", "AWS"])("does not come while %s goes on", async (side) => {
    const { client, aws } = await connected(4, { idleMs: 1000 });
    const { socket } = side === "AWS" ? aws : client;
    for (let i = 0; i < 15; i++) {
      socket.send(hexBytes("3004000161ff"));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(stage.reports).toEqual([]);
  });

  it("does not wait for a side that does not close", async () => {
    const { client, aws } = await connected(5);
    client.socket.pause();
    aws.socket.pause();
    stage.tunnels[0]?.end("denied");
    await until(() => stage.reports.length > 0);
    expect(stage.reports).toMatchObject([{ why: "denied", code: 1008 }]);
  });
});

describe("a hostile client", () => {
  it.each([
    { name: "garbage", bytes: Buffer.from("GET / HTTP/1.1\r\n".repeat(9)), code: 1002 },
    { name: "a PUBLISH before its CONNECT", bytes: hexBytes("30040001610a"), code: 1002 },
    { name: "a giant", bytes: hexBytes("10ffffff7f"), code: 1002 },
    { name: "a message of a giant's size", bytes: Buffer.alloc(300 * 1024), code: 1009 },
    { name: "text", bytes: "MQTT", code: 1003 },
  ])("that begins with $name is cut off without a word", async ({ bytes, code }) => {
    stage = await startStage(() => {});
    const client = await dial();
    client.socket.send(bytes);
    await until(() => client.closed !== undefined);
    await until(() => stage.reports.length > 0);
    expect(client.bytes()).toBe("");
    expect(client.closed?.code).toBe(code);
    expect(stage.reports).toMatchObject([{ why: "protocol", code }]);
    expect([stage.asks, stage.dialled]).toEqual([[], []]);
  });

  it.each([
    { name: "an older version", hex: "100f00064d51497364700302003c000161" },
    { name: "a bridge", hex: "100d00044d5154548402003c000161" },
  ])("that is $name is told so", async ({ hex }) => {
    stage = await startStage(() => {});
    const client = await dial();
    client.socket.send(hexBytes(hex));
    await until(() => client.closed !== undefined);
    expect(client.bytes()).toBe("20020001");
    expect(client.closed?.code).toBe(1002);
  });

  it("that never ends its CONNECT is cut off in time, however it drips", async () => {
    stage = await startStage(() => {}, { connectMs: 300 });
    const client = await dial();
    client.socket.send(hexBytes("107f"));
    const dripping = setInterval(() => client.socket.send(hexBytes("00")), 20);
    await until(() => client.closed !== undefined);
    clearInterval(dripping);
    expect(stage.reports).toMatchObject([{ why: "protocol", code: 1002, detail: "no CONNECT in time" }]);
  });

  it.each([
    { name: "a second CONNECT", bytes: connect(5), reason: "82" },
    { name: "a packet of servers", bytes: hexBytes("20020000"), reason: "82" },
    { name: "AUTH", bytes: hexBytes("f0021800"), reason: "82" },
    { name: "a type that there is not", bytes: hexBytes("0000"), reason: "82" },
    { name: "a giant", bytes: hexBytes("30ffffff7f"), reason: "95" },
    { name: "a length without end", bytes: hexBytes("30ffffffffff"), reason: "81" },
    {
      name: "an alias that was not offered",
      bytes: hexBytes("3007 0000 03 230009 78"),
      reason: "94",
    },
    { name: "a topic with a wildcard", bytes: hexBytes("3005 0001 23 00 78"), reason: "90" },
  ])("that goes on with $name is told so and ends", async ({ bytes, reason }) => {
    const { client, aws } = await connected(5);
    client.socket.send(bytes);
    await until(() => client.closed !== undefined && aws.closed !== undefined);
    expect(client.bytes()).toBe(`${CONNACK[5].toString("hex")}e002${reason}00`);
    expect(client.closed?.code).toBe(1002);
    expect(aws.bytes()).toBe(CONNECT_HEX[5]);
    expect(stage.reports).toMatchObject([{ why: "protocol" }]);
  });

  it("cannot use an alias that it was refused", async () => {
    const { client, aws } = await connected(5);
    client.socket.send(hexBytes("320b 0002 6e6f 0001 03 230001 78"));
    await until(() => client.bytes().endsWith("400400018700"));
    client.socket.send(hexBytes("300700000323000178"));
    await until(() => aws.closed !== undefined);
    expect(aws.bytes()).toBe(CONNECT_HEX[5]);
    expect(client.bytes()).toMatch(/e0028200$/);
  });

  it("that does not read what it asks for is not read either", async () => {
    let stalling: Stalling | undefined;
    const { serve } = acceptor(4);
    stage = await startStage(serve, { wrap: (socket) => (stalling = new Stalling(socket)) });
    const client = await dial();
    client.socket.send(connect(4));
    await until(() => client.bytes() !== "");
    stalling!.isStalled = true;
    // Each of these is refused, and the answers are not taken.
    const filters = Array.from({ length: 100 }, () => ({ topic: "no", qos: 0 as const }));
    const refused = generate({ cmd: "subscribe", messageId: 1, subscriptions: filters });
    for (let i = 0; i < 40_000; i++) client.socket.send(refused);
    let asked = 0;
    do {
      asked = stage.asks.length;
      await new Promise((resolve) => setTimeout(resolve, 300));
    } while (stage.asks.length > asked);
    expect(client.socket.bufferedAmount).toBeGreaterThan(1_000_000);
    expect(stalling!.writableLength).toBeGreaterThan(1_000_000);
    expect(stalling!.writableLength).toBeLessThan(1_200_000);
    expect(stage.reports).toEqual([]);
  });

  it("that does not read is not sent what it cannot take: AWS waits", async () => {
    const { client, aws } = await connected(4);
    client.socket.pause();
    const message = Buffer.concat([hexBytes("30838008000161"), Buffer.alloc(131_072)]);
    let isFull = false;
    for (let i = 0; i < 1000 && !isFull; i++) {
      aws.socket.send(message);
      await new Promise((resolve) => setTimeout(resolve, 1));
      isFull = aws.socket.bufferedAmount > 8_000_000;
    }
    expect(isFull).toBe(true);
    client.socket.resume();
    await until(() => aws.socket.bufferedAmount === 0);
  });

  it("that asks for more than AWS takes waits", async () => {
    const { client, aws } = await connected(4);
    aws.socket.pause();
    const message = Buffer.concat([hexBytes("30838008000161"), Buffer.alloc(131_072)]);
    let isFull = false;
    for (let i = 0; i < 1000 && !isFull; i++) {
      client.socket.send(message);
      await new Promise((resolve) => setTimeout(resolve, 1));
      isFull = client.socket.bufferedAmount > 8_000_000;
    }
    expect(isFull).toBe(true);
    aws.socket.resume();
    await until(() => client.socket.bufferedAmount === 0);
  });

  it.each([
    { name: "no key", head: "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" },
    { name: "another protocol", head: "Upgrade: h2c\r\nConnection: Upgrade\r\n" },
  ])("that offers $name gets no tunnel, and that is told", async ({ head }) => {
    stage = await startStage(() => {});
    const socket: Socket = connectTcp(stage.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => (answer += data.toString()));
    socket.write(`GET /mqtt HTTP/1.1\r\nHost: x\r\n${head}\r\n`);
    await until(() => stage.reports.length > 0);
    await until(() => answer !== "");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(stage.reports).toMatchObject([{ why: "client", code: undefined }]);
    socket.destroy();
  });
});

describe("an AWS that speaks strangely", () => {
  it.each([
    { name: "no MQTT", hex: "0000" },
    { name: "a packet of clients", hex: "c000" },
    { name: "a topic alias", hex: "300700000323000178" },
    { name: "a SUBACK for nothing", hex: "900400010001" },
  ])("with $name ends the connection", async ({ hex }) => {
    const { client, aws } = await connected(5);
    aws.socket.send(hexBytes(hex));
    await until(() => client.closed !== undefined && aws.closed !== undefined);
    expect(client.bytes().slice(CONNACK[5].length * 2)).toMatch(/^e002(81|82)00$/);
    expect(stage.reports).toMatchObject([{ why: "protocol", detail: expect.stringMatching(/^AWS: /) }]);
  });

  it("before its CONNACK leaves the client with one", async () => {
    stage = await startStage((socket) => {
      socket.once("message", () => socket.send(hexBytes("d000")));
    });
    const client = await dial();
    client.socket.send(connect(4));
    await until(() => client.closed !== undefined);
    expect(client.bytes()).toBe("20020003");
  });
});
