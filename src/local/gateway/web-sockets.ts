import { randomBytes } from "node:crypto";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { GatewayTarget } from "../guard/gateway-request.ts";
import { isObject } from "../shape.ts";
import { acceptOffer } from "../web-socket-offer.ts";
import type { WebSocketOffer } from "../web-socket-offer.ts";
import { MAX_MESSAGE_BYTES } from "./connections.ts";
import type { Connections } from "./connections.ts";
import { createFrameWatch } from "./frame-watch.ts";
import type { SeenRequest } from "./seen-request.ts";

/** How long a connection lasts. */
export interface WebSocketLimits {
  /** Without a message either way. */
  readonly idleMs: number;
  readonly lifetimeMs: number;
}

/** What the `$connect` route was told. */
export interface Connect {
  readonly target: GatewayTarget;
  readonly seen: SeenRequest;
  /** Who called: what IAM knows, or the claims of a token. */
  readonly identity: unknown;
}

/** What opening takes. */
export interface WebSocketOptions {
  readonly connections: Connections;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly limits?: Partial<WebSocketLimits>;
}

/** Opens a connection that was allowed. */
export type OpenWebSocket = (offer: WebSocketOffer, connect: Connect) => void;

const MAX_FRAME_BYTES = 32 * 1024;
const MINUTE_MS = 60_000;
const LIMITS: WebSocketLimits = { idleMs: 10 * MINUTE_MS, lifetimeMs: 120 * MINUTE_MS };
const GOING_AWAY = 1001;
const UNSUPPORTED_DATA = 1003;
const TOO_BIG = 1009;

/**
 * Makes what opens connections of WebSocket APIs. All have one back end: it sends back each text as it came, and to
 * `{"action": "whoami"}` it tells whose the connection is and what it was opened with. The first subprotocol of a client
 * is taken.
 *
 * Sources: API Gateway Developer Guide, "Quotas for WebSocket APIs", "Working with binary media types for WebSocket APIs".
 */
export function createWebSockets(options: WebSocketOptions): OpenWebSocket {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  return (offer, connect) => {
    acceptOffer(server, offer, (webSocket) => serve(webSocket, offer, { ...options, connect }));
  };
}

function serve(
  webSocket: WebSocket,
  { incoming, socket, connection }: WebSocketOffer,
  { connections, now, limits, connect }: WebSocketOptions & { readonly connect: Connect },
): void {
  const { idleMs, lifetimeMs } = { ...LIMITS, ...limits };
  const id = `${randomBytes(11).toString("base64url")}=`;
  const connectedAtMs = now();
  let lastActiveAtMs = connectedAtMs;
  const goAway = (): void => webSocket.close(GOING_AWAY, "Going away");
  const idle = setTimeout(goAway, idleMs).unref();
  const lifetime = setTimeout(goAway, lifetimeMs).unref();
  const send = (message: string | Buffer): void => {
    lastActiveAtMs = now();
    idle.refresh();
    webSocket.send(message, { binary: false });
  };
  const remove = connections.add({
    id,
    apiId: connect.target.api.id,
    connectedAtMs,
    lastActiveAtMs: () => lastActiveAtMs,
    sourceIp: connection.sourceIp ?? "",
    userAgent: incoming.headers["user-agent"] ?? "",
    post: send,
    close: (code = 1000) => {
      remove();
      webSocket.close(code);
    },
  });
  socket.prependListener(
    "data",
    createFrameWatch(MAX_FRAME_BYTES, () => webSocket.close(TOO_BIG)),
  );
  webSocket.on("message", (data: Buffer, isBinary) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (isBinary) webSocket.close(UNSUPPORTED_DATA);
    else send(isWhoAmI(data) ? whoAmI(id, connect) : data);
  });
  webSocket.once("close", () => {
    clearTimeout(idle);
    clearTimeout(lifetime);
    remove();
  });
}

function isWhoAmI(message: Buffer): boolean {
  try {
    const content: unknown = JSON.parse(message.toString("utf8"));
    return isObject(content) && content["action"] === "whoami";
  } catch {
    return false;
  }
}

/** All but the token, of an API that takes tokens. */
function whoAmI(connectionId: string, { target, seen, identity }: Connect): string {
  const { authorization: _token, ...headers } = seen.headers;
  const { api, stage } = target;
  return JSON.stringify({ connectionId, api: api.name, stage, headers, query: seen.query, identity });
}
