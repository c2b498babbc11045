import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import type { Connection } from "./listener.ts";

/** A handshake of a client that wants to speak WebSocket, not answered yet. */
export interface WebSocketOffer {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the handshake. */
  readonly head: Buffer;
  readonly connection: Connection;
}

/** Answers 101, or 400 to what is no proper handshake, after which nothing is called. */
export function acceptOffer(
  server: WebSocketServer,
  { incoming, socket, head }: WebSocketOffer,
  opened: (webSocket: WebSocket) => void,
): void {
  server.handleUpgrade(incoming, socket, head, (webSocket) => {
    // What is wrong with a connection closes it, and that is told by its close.
    webSocket.on("error", () => {});
    opened(webSocket);
  });
}
