import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { UpgradeClient } from "../../upstream/tunnel.ts";

/**
 * The client of an upgrade. Node hands over the bare connection; until the upgrade is taken up it is answered as any other, and
 * closed then.
 *
 * @param idleMs without a byte either way, until it is cut; whoever takes it over has limits of its own
 */
export function upgradeClient(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  idleMs: number,
): UpgradeClient {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => socket.destroySoon());
  socket.setTimeout(idleMs, () => socket.destroy()).on("error", () => socket.destroy());
  response.on("error", () => socket.destroy());
  return { request, socket, head, response };
}

/**
 * Has a client gone that ends its side before it is answered, as Node has those of requests: what comes of an upgrade is read
 * by nobody until then, and its end would not be seen.
 *
 * @returns what gives the connection to who reads it
 */
export function watchEnd(socket: Socket): () => void {
  const look = (): void => {
    // What came too early is left for AWS; only an end is taken.
    if (socket.readableLength === 0) socket.read();
  };
  const leave = (): void => void socket.destroy();
  socket.on("readable", look).once("end", leave);
  return () => void socket.off("readable", look).off("end", leave);
}
