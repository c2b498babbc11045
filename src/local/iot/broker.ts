import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Aedes } from "aedes";
import type { Client } from "aedes";
import { createAuthorization } from "./authorization.ts";
import type { AuthorizationOptions } from "./authorization.ts";
import type { Principal } from "./permits.ts";

/** A client that is connected. */
export interface ConnectedClient {
  readonly clientId: string;
  readonly principal: Principal;
}

/** A message broker in the ways of AWS IoT Core, for MQTT 3.1.1. */
export interface Broker {
  readonly handle: (stream: Duplex, request: IncomingMessage, principal: Principal) => void;
  /** In the order in which they came. */
  readonly clients: () => readonly ConnectedClient[];
  /** Cuts the connection of a client, whose will is then published; false where there is none. */
  readonly disconnect: (clientId: string) => boolean;
  readonly close: () => Promise<void>;
}

/** Makes a broker without clients. Of two with one id the later stays. */
export async function createBroker(options: AuthorizationOptions): Promise<Broker> {
  const principals = new WeakMap<Client, Principal>();
  const connected = new Map<string, Client>();
  const authorization = createAuthorization(options, (client) => principals.get(client));
  const aedes = await Aedes.createBroker(authorization);
  aedes.on("client", (client) => connected.set(client.id, client));
  aedes.on("clientDisconnect", (client) => {
    if (connected.get(client.id) === client) connected.delete(client.id);
  });
  return {
    handle: (stream, request, principal) => {
      principals.set(aedes.handle(stream, request), principal);
    },
    clients: () =>
      [...connected].flatMap(([clientId, client]) => {
        const principal = principals.get(client);
        return principal === undefined ? [] : [{ clientId, principal }];
      }),
    disconnect: (clientId) => {
      const client = connected.get(clientId);
      client?.close();
      return client !== undefined;
    },
    close: () => new Promise((resolve) => aedes.close(() => resolve())),
  };
}
