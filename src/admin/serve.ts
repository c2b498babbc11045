import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";

/** The node server of an app that people and probes talk to; it is not listening yet. */
export function serverOf(app: Hono): Server {
  return createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
}
