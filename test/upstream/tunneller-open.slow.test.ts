import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "../../src/domain/refusal.ts";
import {
  acceptOf,
  behindHead,
  handshakeOf,
  hear,
  KEY,
  say,
  startTunnelled,
  type Tunnelled,
  type TunnelledOptions,
} from "../support/tunnelled.ts";
import { until } from "../support/until.ts";

let stack: Tunnelled;
afterEach(() => stack.close());

async function start(serve: (socket: Socket) => unknown, options?: TunnelledOptions): Promise<void> {
  stack = await startTunnelled(serve, options);
}

/** A server's frame. */
const HI = Buffer.from([0x81, 2, 104, 105]);

/** Answers a handshake with these bytes. */
const answering =
  (...parts: readonly (string | Buffer)[]) =>
  (socket: Socket): void => {
    socket.once("data", () => {
      socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
    });
  };

const refusals = () => stack.answers.map((answer) => (answer instanceof Refusal ? answer.code : answer));
/** Answers of Postern's own name their code. */
const answered = (code: string) => `HTTP/1.1 599 unknown\r\nx-code: ${code}`;

describe("a handshake that AWS takes", () => {
  it("goes up as signed, and AWS's own answer comes back", async () => {
    let asked = "";
    await start(async (socket) => {
      const heard = hear(socket);
      await behindHead(heard);
      asked = heard.bytes().toString("latin1");
      socket.write(acceptOf(KEY, ["Sec-WebSocket-Protocol: chat", "x-amzn-RequestId: r", "Date: today"]));
    });
    const client = say(
      stack.port,
      handshakeOf("/prod?a=%20b", ["Sec-WebSocket-Protocol: chat, other", "X-Own: 1"]),
    );
    await behindHead(client);
    expect(asked).toBe(
      "GET /prod?a=%20b HTTP/1.1\r\nhost: api.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
        `sec-websocket-key: ${KEY}\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: chat, other\r\n\r\n`,
    );
    expect(client.bytes().toString("latin1")).toMatch(
      /^HTTP\/1\.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: \S+\r\nsec-websocket-protocol: chat\r\nx-postern-request-id: r-1\r\n\r\n$/,
    );
    expect(stack.tunnels).toHaveLength(1);
    expect(stack.answers).toEqual([]);
    // The front ends connections of HTTP over which nothing goes.
    expect(stack.clients[0]?.timeout).toBe(0);
  });

  it("leaves what comes right behind the answer as it is, whatever it looks like", async () => {
    // A text frame of 125 bytes, as interim answers are no longer HTTP's here.
    const frame = Buffer.concat([
      Buffer.from([0x81, 125]),
      Buffer.from(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Again\r\n\r\n".padEnd(125, "HTTP/1.1 100\r\n\r\n"),
      ),
    ]);
    await start((socket) => {
      answering(acceptOf(), frame)(socket);
      setTimeout(() => socket.write(frame), 30);
      setTimeout(() => socket.write(frame.subarray(0, 2)), 60);
      setTimeout(() => socket.write(frame.subarray(2)), 90);
    });
    const behind = await behindHead(say(stack.port, handshakeOf()));
    await until(() => behind().length >= 3 * frame.length);
    expect(behind()).toEqual(Buffer.concat([frame, frame, frame]));
  });

  it("is not HTTP behind it, even where that looks like it", async () => {
    await start(answering(acceptOf(), "HTTP/1.1 100 Continue\r\n\r\n", HI));
    const behind = await behindHead(say(stack.port, handshakeOf()));
    await until(() => behind().includes("protocol"));
    stack.upstreams[0]?.resetAndDestroy();
    stack.clients[0]?.resetAndDestroy();
    await until(() => stack.reports.length === 1);
    // What `H` means as the first byte of a frame.
    expect(stack.reports[0]).toMatchObject({ why: "protocol", detail: "a control frame in pieces" });
  });

  it("leaves interim answers before it", async () => {
    await start(answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n", acceptOf(), HI));
    const client = say(stack.port, handshakeOf());
    const behind = await behindHead(client);
    expect(client.bytes().toString("latin1")).toMatch(/^HTTP\/1\.1 101 /);
    await until(() => behind().length === 4);
  });

  it("is followed by what the client sent before it was answered", async () => {
    let heard: (() => Buffer) | undefined;
    const early = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 104, 105]);
    await start(async (socket) => {
      heard = await behindHead(hear(socket));
      setTimeout(() => socket.write(acceptOf()), 30);
    });
    const client = say(stack.port, handshakeOf(), early);
    setTimeout(() => client.socket.write(early), 10);
    await behindHead(client);
    setTimeout(() => client.socket.write(early), 10);
    await until(() => heard?.().length === 24);
    expect(heard?.()).toEqual(Buffer.concat([early, early, early]));
  });

  it("has no more to do with the response that Node made for it", async () => {
    await start(answering(acceptOf()));
    const behind = await behindHead(say(stack.port, handshakeOf()));
    const [response] = stack.responses;
    response?.destroy();
    response?.emit("close");
    stack.upstreams[0]?.write(HI);
    await until(() => behind().length === HI.length);
    expect(stack.answers).toEqual([]);
  });

  it("takes none of the next one's connection", async () => {
    await start(answering(acceptOf()));
    for (let i = 0; i < 3; i += 1) await behindHead(say(stack.port, handshakeOf()));
    expect(stack.upstreams).toHaveLength(3);
    expect(stack.tunnels).toHaveLength(3);
    await stack.closeTunneller();
    expect(stack.upstreams.every((socket) => !socket.destroyed)).toBe(true);
    expect(stack.reports).toEqual([]);
  });
});

describe("a handshake that AWS does not take", () => {
  it("is answered as AWS answers it", async () => {
    const body = '{"message":"Forbidden"}';
    await start(
      answering(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nx-amzn-ErrorType: ForbiddenException\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    const client = say(stack.port, handshakeOf());
    await until(() => stack.answers.length === 1 && client.bytes().includes(body));
    expect(client.bytes().toString("latin1")).toMatch(
      /^HTTP\/1\.1 403 Forbidden\r\nx-postern-request-id: r-1\r\nvary: .*\r\nContent-Type: application\/json\r\nx-amzn-ErrorType: ForbiddenException\r\n/,
    );
    expect(stack.answers).toMatchObject([{ status: 403, bytes: body.length, broken: undefined }]);
    expect(stack.tunnels).toEqual([]);
    await until(() => stack.upstreams[0]?.destroyed === true);
  });

  it("keeps a redirect of AWS's from the client", async () => {
    await start(
      answering(
        "HTTP/1.1 307 Temporary\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n",
      ),
    );
    const client = say(stack.port, handshakeOf());
    await behindHead(client);
    expect(client.bytes().toString("latin1")).toMatch(/^HTTP\/1\.1 307 /);
    expect(client.bytes().includes("elsewhere")).toBe(false);
  });

  it.each([
    ["another sec-websocket-accept", acceptOf("another")],
    ["a subprotocol that was not offered", acceptOf(KEY, ["Sec-WebSocket-Protocol: mqtt"])],
    ["an extension that was not offered", acceptOf(KEY, ["Sec-WebSocket-Extensions: permessage-deflate"])],
    ["no upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  ])("is refused where it is answered with %s", async (what, answer) => {
    await start(answering(answer));
    const client = say(stack.port, handshakeOf());
    await until(() => client.bytes().includes(answered("upstream-unreachable")));
    const detail = `a handshake answered with ${what}`;
    expect(stack.answers).toMatchObject([{ code: "upstream-unreachable", detail }]);
    expect(stack.tunnels).toEqual([]);
    await until(() => stack.upstreams[0]?.destroyed === true);
  });

  it("is refused where the answer is no HTTP", async () => {
    await start(answering("SSH-2.0-OpenSSH_9.6\r\n\r\n"));
    const client = say(stack.port, handshakeOf());
    await until(() => client.bytes().includes(answered("upstream-unreachable")));
    await until(() => stack.upstreams[0]?.destroyed === true);
  });

  it("is refused where the answer repeats the session token", async () => {
    const token = "ThisIsAVeryLongSessionToken0123456789";
    const application = { host: "api.example", basePath: "", mount: "", ownCookie: undefined };
    await start(answering(acceptOf(KEY, [`X-Echo: ${token}`])), {
      request: { sessionToken: token, application },
    });
    const client = say(stack.port, handshakeOf());
    await until(() => client.bytes().includes(answered("answer-withheld")));
    expect(client.bytes().includes(token)).toBe(false);
  });

  it("is refused where nothing comes in time", async () => {
    await start(() => {}, { headersMs: 100 });
    const client = say(stack.port, handshakeOf());
    await until(() => client.bytes().includes(answered("upstream-timeout")));
    expect(refusals()).toEqual(["upstream-timeout"]);
  });

  it("is refused where the connection ends", async () => {
    await start((socket) => void socket.once("data", () => socket.resetAndDestroy()));
    const client = say(stack.port, handshakeOf());
    await until(() => client.bytes().includes(answered("upstream-unreachable")));
  });

  it("is given up where the client leaves", async () => {
    await start(() => {});
    const client = say(stack.port, handshakeOf());
    await until(() => stack.upstreams.length === 1);
    client.socket.resetAndDestroy();
    await until(() => stack.upstreams[0]?.destroyed === true);
    expect(stack.answers).toMatchObject([{ status: undefined, broken: "client" }]);
  });

  it("is cut where the tunneller closes", async () => {
    await start(() => {});
    const client = say(stack.port, handshakeOf());
    await until(() => stack.upstreams.length === 1);
    await stack.closeTunneller();
    await until(() => client.bytes().includes(answered("upstream-unreachable")));
    await until(() => stack.upstreams[0]?.destroyed === true);
  });
});
