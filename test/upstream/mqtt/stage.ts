import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { MqttAsk } from "../../../src/aws/iot/mqtt-ask.ts";
import type { MqttOptions } from "../../../src/upstream/mqtt/mqtt-options.ts";
import { type MqttTunnel, openMqtt } from "../../../src/upstream/mqtt/open-mqtt.ts";
import type { TunnelReport } from "../../../src/upstream/tunnel.ts";

/** A door that opens every upgrade as MQTT, before an upstream of the test's own. */
export interface Stage {
  /** To connect to, by WebSocket. */
  readonly url: string;
  readonly port: number;
  readonly asks: MqttAsk[];
  readonly tunnels: MqttTunnel[];
  readonly reports: TunnelReport[];
  readonly connected: boolean[];
  readonly dialled: IncomingMessage[];
  close(): void;
}

/** What takes the place of AWS. */
export type ServeUpstream = (socket: WebSocket, request: IncomingMessage) => void;

/** A query as it signs: it may turn up nowhere. */
export const SIGNED = "/mqtt?X-Amz-Signature=5ecre7";

/** Refuses what has `no` in its name. */
export function refuseNo(ask: MqttAsk): "denied-no-rule" | undefined {
  const name = ask.kind === "connect" ? ask.clientId : ask.kind === "subscribe" ? ask.filter : ask.topic;
  return name.includes("no") ? "denied-no-rule" : undefined;
}

/** A socket of which the other side takes nothing any more, once it is told so: what is written stays unsent. */
export class Stalling extends Duplex {
  readonly #socket: Duplex;
  isStalled = false;

  constructor(socket: Duplex) {
    super();
    this.#socket = socket;
    socket.on("data", (chunk) => this.push(chunk) || socket.pause());
    socket.on("end", () => this.push(null));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.isStalled) this.#socket.write(chunk, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/** Starts both sides. `close` it. */
export async function startStage(
  serve: ServeUpstream,
  {
    wrap = (socket) => socket,
    ...options
  }: Partial<MqttOptions> & { wrap?: (socket: Duplex) => Duplex } = {},
): Promise<Stage> {
  const asks: MqttAsk[] = [];
  const tunnels: MqttTunnel[] = [];
  const reports: TunnelReport[] = [];
  const connected: boolean[] = [];
  const dialled: IncomingMessage[] = [];
  const upstream = createServer();
  const sockets = new WebSocketServer({ server: upstream, handleProtocols: (all) => [...all][0] ?? false });
  sockets.on("connection", (socket, request) => {
    socket.on("error", () => {});
    dialled.push(request);
    serve(socket, request);
  });
  await listen(upstream);
  const face = createServer();
  const decide = options.decide ?? refuseNo;
  face.on("upgrade", (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    const socket = wrap(raw);
    const response = new ServerResponse(request);
    response.assignSocket(socket as Socket);
    tunnels.push(
      openMqtt({ request, socket, head, response }, "mqtt", {
        idleMs: 60_000,
        connectMs: 10_000,
        dial: () =>
          Promise.resolve({ url: `ws://127.0.0.1:${portOf(upstream)}${SIGNED}`, host: "aws.example" }),
        onConnected: (accepted) => connected.push(accepted),
        onEnd: (report) => reports.push(report),
        ...options,
        decide: (ask) => {
          asks.push(ask);
          return decide(ask);
        },
      }),
    );
  });
  await listen(face);
  const port = portOf(face);
  const close = (): void => {
    for (const socket of sockets.clients) socket.terminate();
    for (const tunnel of tunnels) tunnel.end("drain");
    for (const server of [upstream, face]) {
      server.closeAllConnections();
      server.close();
    }
  };
  return { url: `ws://127.0.0.1:${port}/mqtt`, port, asks, tunnels, reports, connected, dialled, close };
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
