import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { Refusal } from "../../src/domain/refusal.ts";
import type { Forwarded, SignedRequest } from "../../src/upstream/signed-request.ts";
import type { Tunnel, TunnelReport } from "../../src/upstream/tunnel.ts";
import { createTunneller, type TunnellerOptions } from "../../src/upstream/tunneller.ts";
import { until } from "./until.ts";

/** A client's connection, an upstream's, and what lies between. */
export interface Tunnelled {
  readonly port: number;
  /** Connections that the upstream got. */
  readonly upstreams: readonly Socket[];
  /** Connections that the front got. */
  readonly clients: readonly Socket[];
  /** Of Node's, for what is answered by HTTP. */
  readonly responses: readonly ServerResponse[];
  readonly answers: readonly (Forwarded | Refusal | "withheld")[];
  readonly tunnels: readonly Tunnel[];
  readonly reports: readonly TunnelReport[];
  readonly closeTunneller: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How one is set up. */
export interface TunnelledOptions extends Partial<TunnellerOptions> {
  readonly idleMs?: number;
  /** Whether the upstream answers the end of a connection with its own only when it is told to. */
  readonly allowHalfOpen?: boolean;
  readonly request?: Partial<SignedRequest>;
  readonly onOpen?: (tunnel: Tunnel) => void;
}

/** Starts a front that passes every upgrade to an upstream that does with each connection what it is told. */
export async function startTunnelled(
  serve: (socket: Socket) => unknown,
  { idleMs = 60_000, allowHalfOpen = false, request = {}, onOpen, ...options }: TunnelledOptions = {},
): Promise<Tunnelled> {
  const upstreams: Socket[] = [];
  const clients: Socket[] = [];
  const responses: ServerResponse[] = [];
  const answers: (Forwarded | Refusal | "withheld")[] = [];
  const tunnels: Tunnel[] = [];
  const reports: TunnelReport[] = [];
  const upstream = createTcpServer({ allowHalfOpen }, (socket) => {
    upstreams.push(socket);
    socket.on("error", () => {});
    void serve(socket);
    // What nobody hears goes nowhere; unread, the end of a connection would not be seen either.
    if (socket.readableFlowing === null) socket.resume();
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const tunneller = createTunneller({ origin, ...options });
  const front = createServer();
  front.timeout = 60_000;
  front.on("upgrade", (incoming, duplex, head) => {
    const socket = duplex as Socket;
    clients.push(socket.on("error", () => {}));
    const response = new ServerResponse(incoming);
    responses.push(response);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once("finish", () => socket.destroySoon());
    const lines = Object.entries(incoming.headers).filter(([name]) => /^(?:host|sec-websocket-)/.test(name));
    tunneller.open(
      {
        method: "GET",
        path: incoming.url ?? "",
        headers: lines.flatMap(([name, value]) => [name, String(value)]),
        body: null,
        answerHeaders: ["x-postern-request-id", "r-1"],
        ...request,
      },
      { request: incoming, socket, head, response },
      {
        idleMs,
        onAnswer: (answer) => {
          answers.push(answer);
          if (answer instanceof Refusal && !socket.destroyed)
            response.writeHead(599, ["x-code", answer.code]).end();
        },
        onOpen: (tunnel) => {
          tunnels.push(tunnel);
          onOpen?.(tunnel);
        },
        onEnd: (report) => reports.push(report),
      },
    );
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    port: (front.address() as AddressInfo).port,
    upstreams,
    clients,
    responses,
    answers,
    tunnels,
    reports,
    closeTunneller: tunneller.close,
    close: async () => {
      for (const socket of [...clients, ...upstreams]) socket.destroy();
      front.closeAllConnections();
      front.close();
      upstream.close();
      await tunneller.close();
    },
  };
}

/** Everything that comes over a connection, until it closes. */
export interface Heard {
  readonly socket: Socket;
  readonly bytes: () => Buffer;
}

/** Listens to a connection. */
export function hear(socket: Socket): Heard {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {});
  return { socket, bytes: () => Buffer.concat(chunks) };
}

/** A key of RFC 6455, and what a server answers to it. */
export const KEY = randomBytes(16).toString("base64");

/** The head of a handshake. */
export function handshakeOf(path = "/", lines: readonly string[] = []): string {
  const own = [`Sec-WebSocket-Key: ${KEY}`, "Sec-WebSocket-Version: 13", ...lines];
  return `GET ${path} HTTP/1.1\r\nHost: api.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${own.join("\r\n")}\r\n\r\n`;
}

/** The head that takes it. */
export function acceptOf(key = KEY, lines: readonly string[] = []): string {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const own = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`, ...lines];
  return `HTTP/1.1 101 Switching Protocols\r\n${own.join("\r\n")}\r\n\r\n`;
}

/** Opens a connection to the front that says what it is given at once, and is heard. */
export function say(port: number, ...parts: readonly (string | Buffer)[]): Heard {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  return hear(socket);
}

/** What comes behind the head, once it is there. */
export async function behindHead(heard: Heard): Promise<() => Buffer> {
  await until(() => heard.bytes().includes("\r\n\r\n"));
  const start = heard.bytes().indexOf("\r\n\r\n") + 4;
  return () => heard.bytes().subarray(start);
}
