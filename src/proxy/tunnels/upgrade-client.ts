import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { UpgradeClient } from "../../upstream/tunnel.ts";

/**
 * The client of an upgrade. Node hands over the bare connection; until the upgrade is taken up it is answered as any other, and
 * closed then.
 */
export function upgradeClient(request: IncomingMessage, socket: Socket, head: Buffer): UpgradeClient {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => socket.destroySoon());
  socket.setTimeout(0).on("error", () => socket.destroy());
  response.on("error", () => socket.destroy());
  return { request, socket, head, response };
}
