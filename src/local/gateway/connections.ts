import type { GatewayCall } from "../guard/gateway-request.ts";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { Api } from "../world.ts";

/** A connection of a WebSocket API. */
export interface Connection {
  readonly id: string;
  /** Of the API. */
  readonly apiId: string;
  /** Epoch milliseconds. */
  readonly connectedAtMs: number;
  /** Epoch milliseconds of the last message either way. */
  readonly lastActiveAtMs: () => number;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Sends a text message to the client. */
  readonly post: (message: Buffer) => void;
  /** By default 1000. */
  readonly close: (code?: number) => void;
}

/** The connections of WebSocket APIs, as `@connections` shows them. */
export interface Connections {
  /** The answer takes it out again. */
  readonly add: (connection: Connection) => () => void;
  /** Oldest first. */
  readonly all: () => readonly Connection[];
  /**
   * Posts to a connection, tells of it, or closes it.
   *
   * @throws LocalError `GoneException` 410 for one that is not there, `PayloadTooLargeException` 413.
   */
  readonly handle: (call: GatewayCall, body: Buffer) => LocalAnswer;
}

/** API Gateway's quota on a message. */
export const MAX_MESSAGE_BYTES = 128 * 1024;

/**
 * Makes the connections that a world has from the start, opened now.
 *
 * Source: API Gateway Developer Guide, "Use @connections commands in your backend service".
 *
 * @param now Epoch milliseconds.
 */
export function createConnections(apis: readonly Api[], now: () => number): Connections {
  const open = new Map<string, Connection>();
  const add: Connections["add"] = (connection) => {
    const key = `${connection.apiId}/${connection.id}`;
    open.set(key, connection);
    return () => void open.delete(key);
  };
  const nowMs = now();
  for (const { id: apiId, connections = [] } of apis) {
    for (const id of connections) addFixed(add, { id, apiId, nowMs });
  }
  return {
    add,
    all: () => [...open.values()],
    handle: ({ api, operation, connectionId = "" }, body) => {
      const connection = open.get(`${api.id}/${connectionId}`);
      if (connection === undefined) throw new LocalError("GoneException", "Gone", 410);
      if (operation === "PostToConnection") return post(connection, body);
      if (operation === "GetConnection") return describe(connection);
      connection.close();
      return { status: 204, headers: {} };
    },
  };
}

/** A connection with nobody at its other end. */
function addFixed(
  add: Connections["add"],
  { id, apiId, nowMs }: { readonly id: string; readonly apiId: string; readonly nowMs: number },
): void {
  const remove = add({
    id,
    apiId,
    connectedAtMs: nowMs,
    lastActiveAtMs: () => nowMs,
    sourceIp: "127.0.0.1",
    userAgent: "stand-in",
    post: () => {},
    close: () => remove(),
  });
}

function post(connection: Connection, message: Buffer): LocalAnswer {
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new LocalError("PayloadTooLargeException", "Message too long", 413);
  }
  connection.post(message);
  return { status: 200, headers: {} };
}

function describe({ connectedAtMs, lastActiveAtMs, sourceIp, userAgent }: Connection): LocalAnswer {
  const body = JSON.stringify({
    connectedAt: new Date(connectedAtMs).toISOString(),
    identity: { sourceIp, userAgent },
    lastActiveAt: new Date(lastActiveAtMs()).toISOString(),
  });
  return { status: 200, headers: { "content-type": "application/json" }, body };
}
