import { once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createWebSocketStream, WebSocketServer } from "ws";

/** A WebSocket server before a broker that speaks TCP alone. */
export interface MqttBridge {
  /** `ws://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Every handshake so far, as it came. */
  readonly handshakes: readonly IncomingMessage[];
  /** Cuts every connection, on both sides. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Passes what comes by WebSocket to `/mqtt` on to a port of loopback, and back. It verifies nothing and accepts the first
 * subprotocol that is offered.
 */
export async function startMqttBridge(tcpPort: number): Promise<MqttBridge> {
  const handshakes: IncomingMessage[] = [];
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer((_, answer) => void answer.writeHead(426).end());
  server.on("upgrade", (request, socket, head) => {
    handshakes.push(request);
    if (!/^\/mqtt(?:\?|$)/.test(request.url ?? "")) return socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    return webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const broker = connect(tcpPort, "127.0.0.1").setNoDelay();
      const client = createWebSocketStream(webSocket);
      client.pipe(broker).pipe(client);
      // Whoever goes first takes the other along.
      client.on("error", () => {}).once("close", () => broker.destroy());
      broker.on("error", () => {}).once("close", () => webSocket.terminate());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const webSocket of webSockets.clients) webSocket.terminate();
  };
  return {
    url: `ws://127.0.0.1:${port}`,
    port,
    handshakes,
    cut,
    close: async () => {
      cut();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
