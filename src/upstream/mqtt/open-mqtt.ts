import type { Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { Tunnel, UpgradeClient } from "../tunnel.ts";
import type { ConnectAsk } from "./connect.ts";
import { MqttConnection } from "./mqtt-connection.ts";
import type { MqttOptions } from "./mqtt-options.ts";
import { WEB_SOCKET_OPTIONS } from "./wire.ts";

export type { MqttDial } from "./dial-upstream.ts";

/** An MQTT connection, whose subscriptions can be decided anew. */
export interface MqttTunnel extends Tunnel {
  /** The CONNECT that it was opened with; undefined until there is one. */
  readonly connect: () => ConnectAsk | undefined;
  /** Filters that are subscribed to over it, as the client wrote them. */
  readonly filters: () => readonly string[];
}

/**
 * Accepts a client's upgrade and speaks MQTT (3.1.1 and 5) with it; with AWS too, from its CONNECT on. Every packet is read whole,
 * decided, and written anew.
 *
 * Subscriptions of an earlier connection, whose session goes on, are not among its filters; each message of theirs is decided.
 *
 * @param subprotocol the one among the client's that is accepted
 */
export function openMqtt(client: UpgradeClient, subprotocol: string, options: MqttOptions): MqttTunnel {
  const { request, response, socket, head } = client;
  response.detachSocket(socket as Socket);
  const server = new WebSocketServer({
    ...WEB_SOCKET_OPTIONS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => subprotocol,
  });
  const accepted: MqttTunnel[] = [];
  // It calls back at once, or has answered that this is no handshake, or the client has left.
  server.handleUpgrade(request, socket, head, (webSocket) => {
    accepted.push(new MqttConnection(webSocket, subprotocol, options));
  });
  return accepted[0] ?? neverOpened(options);
}

function neverOpened({ onEnd }: MqttOptions): MqttTunnel {
  const report = {
    why: "client",
    code: undefined,
    detail: "no handshake",
    bytesUp: 0,
    bytesDown: 0,
  } as const;
  queueMicrotask(() => onEnd(report));
  return { connect: () => undefined, filters: () => [], end: () => {} };
}
