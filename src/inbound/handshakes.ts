import type { Server } from "node:https";
import type { Socket } from "node:net";

/** The handshakes of a server by TLS. */
export interface Handshakes {
  /** Ends those that are under way. */
  readonly cut: () => void;
}

/**
 * Keeps track of the connections whose handshake is not over. Node tells of the connection under one by TLS and of the one
 * inside, and not that they belong together; but both have the same peer. On a unix socket a peer has no name, and there
 * every connection counts as one that still shakes hands.
 */
export function handshakesOf(server: Server): Handshakes {
  const shaking = new Map<unknown, Socket>();
  server.on("connection", (socket: Socket) => {
    const key = peerOf(socket) ?? socket;
    shaking.set(key, socket);
    socket.once("close", () => {
      if (shaking.get(key) === socket) shaking.delete(key);
    });
  });
  server.on("secureConnection", (inside: Socket) => shaking.delete(peerOf(inside)));
  return {
    cut: () => {
      for (const socket of shaking.values()) socket.destroy();
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remotePort === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}
