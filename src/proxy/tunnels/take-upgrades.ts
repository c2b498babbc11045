import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { Refusal } from "../../domain/refusal.ts";
import type { Connections } from "../connections.ts";
import { giveUp } from "../respond.ts";
import { type Registrar, Visit } from "../visit.ts";
import type { TunnelFace } from "./tunnel-life.ts";
import { upgrade } from "./upgrade.ts";
import { upgradeClient } from "./upgrade-client.ts";

/** What a data face takes upgrades by. */
export interface UpgradeOptions extends Registrar, Omit<TunnelFace, "release"> {
  /** Whether one more is told to come back. */
  readonly isFull: () => boolean;
}

/** Has a server, whose requests are {@link UpgradeRequest}s, take upgrades to WebSocket. */
export function takeUpgrades(server: Server, connections: Connections, options: UpgradeOptions): void {
  const face: TunnelFace = { ...options, release: connections.release };
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Behind a request that is not answered yet these words would be taken for its answer.
    if (!server.listening || connections.on(socket).length > 0) {
      socket.destroy();
      return;
    }
    const client = upgradeClient(request, socket, head);
    const visit = new Visit(request, client.response, options, false);
    connections.enter(visit);
    if (options.isFull()) giveUp(visit, new Refusal("overloaded"));
    else upgrade(face, visit, client);
  });
}
