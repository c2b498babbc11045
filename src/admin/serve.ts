import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";

/** How long people and probes may take to send a request: nobody has a body to send here. */
const REQUEST_MS = 10_000;

/** The node server of an app that people and probes talk to; it is not listening yet. */
export function serverOf(app: Hono): Server {
  return createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS },
  }) as Server;
}

/** Listens, and resolves to the port: port 0 asks for any that is free. Rejects where the address cannot be had. */
export function listenAt(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Closes a server once its requests are done, and cuts what is left at the deadline. */
export function closeWithin(server: Server, deadlineMs: number): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
