import type { Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { createMaybeSecure, type MaybeSecure, type ServerTls } from "../inbound/secure.ts";

/** How long people and probes may take to send a request: nobody has a body to send here. */
const REQUEST_MS = 10_000;

/**
 * How often Node looks who has had that time. By itself it looks twice a minute, and who sends nothing, or a byte now and
 * then, would keep a connection three times as long.
 */
const LOOK_EVERY_MS = 1000;

/**
 * How many may be connected. A probe and a person need a few; whoever opens more would take the descriptors of the data
 * face, which are the process's.
 */
const MAX_CONNECTIONS = 128;

const TIMES = {
  headersTimeout: REQUEST_MS,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: LOOK_EVERY_MS,
};

/** The node server of an app that people and probes talk to; it is not listening yet. */
export function serverOf(app: Hono, tls?: ServerTls): MaybeSecure {
  const made = createMaybeSecure(TIMES, tls, REQUEST_MS);
  made.server.maxConnections = MAX_CONNECTIONS;
  made.server.on("request", getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  return made;
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
