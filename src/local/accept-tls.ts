import type { Server } from "node:http";
import type { Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ThrowAwayCertificate } from "./certificate.ts";

/** The first byte of a TLS handshake record; no HTTP method begins with it. */
const HANDSHAKE = 0x16;

/** Lets a server speak HTTPS too, on the same port: the first byte of a connection tells which it is. */
export function acceptTls(server: Server, { certPem, keyPem }: ThrowAwayCertificate): void {
  const listeners = server.listeners("connection") as ((socket: Socket) => void)[];
  const serveHttp = (socket: Socket): void => {
    for (const listener of listeners) listener.call(server, socket);
  };
  const secure = createTlsServer({ cert: certPem, key: keyPem, ALPNProtocols: ["http/1.1"] }, serveHttp);
  secure.on("tlsClientError", (_, socket) => socket.destroy());
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const drop = (): void => void socket.destroy();
    socket.once("error", drop).once("data", (first: Buffer) => {
      socket.pause().off("error", drop).unshift(first);
      if (first[0] === HANDSHAKE) secure.emit("connection", socket);
      else serveHttp(socket);
      process.nextTick(() => socket.resume());
    });
  });
}
