import type { GatewayCall } from "../guard/gateway-request.ts";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { Api } from "../world.ts";

/** The connections of WebSocket APIs, as `@connections` shows them. */
export interface Connections {
  /**
   * Posts to a connection, tells of it, or closes it.
   *
   * @throws LocalError `GoneException` 410 for one that is not there.
   */
  readonly handle: (call: GatewayCall) => LocalAnswer;
}

/**
 * Makes the connections that a world has, opened now.
 *
 * Source: API Gateway Developer Guide, "Use @connections commands in your backend service".
 *
 * @param now Epoch milliseconds.
 */
export function createConnections(apis: readonly Api[], now: () => number): Connections {
  const open = new Map<string, string>();
  const at = new Date(now()).toISOString();
  for (const { id, connections = [] } of apis) {
    for (const connection of connections) open.set(`${id}/${connection}`, at);
  }
  return {
    handle: ({ api, operation, connectionId = "" }) => {
      const key = `${api.id}/${connectionId}`;
      const connectedAt = open.get(key);
      if (connectedAt === undefined) throw new LocalError("GoneException", "Gone", 410);
      if (operation === "PostToConnection") return { status: 200, headers: {} };
      if (operation === "DeleteConnection") {
        open.delete(key);
        return { status: 204, headers: {} };
      }
      const identity = { sourceIp: "127.0.0.1", userAgent: "stand-in" };
      const body = JSON.stringify({ connectedAt, identity, lastActiveAt: connectedAt });
      return { status: 200, headers: { "content-type": "application/json" }, body };
    },
  };
}
