import { once } from "node:events";
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { type Packet, parser } from "mqtt-packet";
import { WebSocket } from "ws";

/** The `sub` of each user of the shipped world: their topics are below `things/SUB`, their clients are called so. */
export const SUBS = {
  admin: "00000000-aaaa-4000-8000-000000000001",
  analyst: "00000000-aaaa-4000-8000-000000000002",
  editor: "00000000-aaaa-4000-8000-000000000003",
  member: "00000000-aaaa-4000-8000-000000000004",
} as const;

/** The data face that is dialled. */
interface Face {
  readonly url: string;
}

/** How a client connects; without a token it is a guest's. */
export interface MqttWish extends IClientOptions {
  readonly token?: string | undefined;
  /** Of the handshake, besides the token. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default that of the upstream `things`. */
  readonly path?: string;
}

/** A message that came to a client. */
export interface Message {
  readonly topic: string;
  readonly text: string;
  readonly packet: IPublishPacket;
}

/** A client that was let in. */
export interface Connected {
  readonly mqtt: MqttClient;
  readonly messages: readonly Message[];
  /** Reason codes of the DISCONNECTs of MQTT 5 that it was told. */
  readonly reasons: readonly number[];
  /** Code and reason of the close of its WebSocket. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
  /** Whether that has come. */
  readonly isClosed: () => boolean;
  /** Goes without a word. */
  readonly vanish: () => void;
}

/** What came of a CONNECT: a client, or the code by which it was refused. */
export interface NotConnected {
  /** Of the CONNACK; undefined where none came. */
  readonly code: number | undefined;
  /** Of the close. */
  readonly closed: readonly [code: number, reason: string];
}

/** Connects once with MQTT 3.1.1, or as the wish says. */
export async function tryMqtt(face: Face, wish: MqttWish = {}): Promise<Connected | NotConnected> {
  const { token, headers = {}, path = "/things/mqtt", ...options } = wish;
  const sockets: WebSocket[] = [];
  const closes: (readonly [number, string])[] = [];
  const mqtt = connect(`${face.url.replace("http", "ws")}${path}`, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: 20_000,
    keepalive: 0,
    ...options,
    createWebsocket: (url, protocols) => {
      const own = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const socket = new WebSocket(url, [...protocols], { headers: { ...own, ...headers } });
      sockets.push(socket);
      socket.on("close", (code, reason) => closes.push([code, String(reason)]));
      return socket;
    },
  });
  const [socket] = sockets;
  if (socket === undefined) throw new Error("nothing was dialled");
  const closed = once(socket, "close").then(() => closes[0] ?? ([0, ""] as const));
  const messages: Message[] = [];
  const reasons: number[] = [];
  mqtt.on("message", (topic, payload, packet) => messages.push({ topic, text: payload.toString(), packet }));
  mqtt.on("disconnect", ({ reasonCode = 0 }) => reasons.push(reasonCode));
  let code: number | undefined;
  const isConnected = await new Promise<boolean>((resolve) => {
    mqtt.once("connect", () => resolve(true)).once("close", () => resolve(false));
    mqtt.on("error", (error) => {
      if ("code" in error && typeof error.code === "number") code ??= error.code;
    });
  });
  if (!isConnected) return { code, closed: await closed };
  return {
    mqtt,
    messages,
    reasons,
    closed,
    isClosed: () => closes.length > 0,
    vanish: () => socket.terminate(),
  };
}

/** Connects; rejects where it is refused. */
export async function openMqtt(face: Face, wish?: MqttWish): Promise<Connected> {
  const outcome = await tryMqtt(face, wish);
  if ("mqtt" in outcome) return outcome;
  throw new Error(`refused: ${outcome.code}, ${outcome.closed.join(" ")}`);
}

/** How a CONNECT is refused; rejects where it is not. */
export async function refusedMqtt(face: Face, wish?: MqttWish): Promise<NotConnected> {
  const outcome = await tryMqtt(face, wish);
  if (!("mqtt" in outcome)) return outcome;
  outcome.vanish();
  throw new Error("it was connected");
}

/** A client in a test's own hands, which sends whatever bytes it is given. */
export interface RawMqtt {
  readonly send: (...packets: readonly Buffer[]) => void;
  /** Everything that came, in order. */
  readonly packets: readonly Packet[];
  readonly closed: Promise<readonly [code: number, reason: string]>;
  readonly isClosed: () => boolean;
  readonly terminate: () => void;
}

/** Opens the WebSocket of one. */
export async function openRawMqtt(
  { url }: Face,
  { token, path = "/things/mqtt", protocolVersion = 4 }: MqttWish,
): Promise<RawMqtt> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, "mqtt", { headers });
  const closes: (readonly [number, string])[] = [];
  const closed = new Promise<readonly [number, string]>((resolve) => {
    socket.on("close", (code, reason) => {
      closes.push([code, String(reason)]);
      resolve([code, String(reason)]);
    });
  });
  const packets: Packet[] = [];
  const reading = parser({ protocolVersion }).on("packet", (packet) => packets.push(packet));
  socket.on("message", (data: Buffer) => reading.parse(data));
  await once(socket, "open");
  socket.on("error", () => {});
  return {
    send: (...bytes) => socket.send(Buffer.concat(bytes)),
    packets,
    closed,
    isClosed: () => closes.length > 0,
    terminate: () => socket.terminate(),
  };
}
