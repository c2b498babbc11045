import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { Refusal } from "../../domain/refusal.ts";
import type { Connections } from "../connections.ts";
import { refuseLocked } from "../locked.ts";
import { giveUp } from "../respond.ts";
import type { Outcome } from "../../telemetry/outcome.ts";
import { type Registrar, Visit } from "../visit.ts";
import type { TunnelFace } from "./tunnel-life.ts";
import type { Seat } from "./seats.ts";
import { upgrade } from "./upgrade.ts";
import { upgradeClient, watchEnd } from "./upgrade-client.ts";

/** What a data face takes upgrades by. */
export interface UpgradeOptions extends Registrar, Omit<TunnelFace, "release" | "seat"> {
  /** Whether the last of so many handshakes that are under way is told to come back. */
  readonly isFull: (underWay: number) => boolean;
  readonly seatOf: () => Seat;
}

const SWITCHING_PROTOCOLS = 101;

/** Has a server, whose requests are {@link UpgradeRequest}s, take upgrades to WebSocket. */
export function takeUpgrades(server: Server, connections: Connections, options: UpgradeOptions): void {
  let underWay = 0;
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Behind a request that is not answered yet these words would be taken for its answer.
    if (!server.listening || connections.on(socket).length > 0) {
      socket.destroy();
      return;
    }
    const seat = options.seatOf();
    const record = (outcome: Outcome): void => {
      underWay--;
      if (outcome.status !== SWITCHING_PROTOCOLS) seat.leave();
      options.record(outcome);
    };
    // The server's own limit, which Node takes off with HTTP.
    const client = upgradeClient(request, socket, head, server.timeout);
    const visit = new Visit(request, client.response, { ...options, record }, false);
    connections.enter(visit);
    const handOver = watchEnd(socket);
    const release = (): void => {
      handOver();
      connections.release(visit);
    };
    underWay++;
    const pipeline = options.pipeline();
    if (pipeline.isLocked()) refuseLocked(visit, pipeline);
    else if (options.isFull(underWay)) giveUp(visit, new Refusal("overloaded"));
    else upgrade({ ...options, release, seat }, visit, client);
  });
}
