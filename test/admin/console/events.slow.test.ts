import { once } from "node:events";
import type { Server } from "node:http";
import { connect, type Socket } from "node:net";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, it } from "vitest";
import { addConsole } from "../../../src/admin/console/add-console.ts";
import { closeWithin, serverOf } from "../../../src/admin/serve.ts";
import { listenOn } from "../../../src/inbound/listen-on.ts";
import { until } from "../../support/until.ts";
import { viewOf } from "./views.ts";

let server: Server;
let port: number;
/** Whether anybody looks: nothing ticks while nobody does. */
let isWatched: boolean;

beforeEach(async () => {
  isWatched = false;
  const app = new Hono();
  addConsole(
    app,
    () => viewOf(),
    () => {
      isWatched = true;
      return () => {
        isWatched = false;
      };
    },
  );
  app.get("/slow", async (c) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return c.text("at last");
  });
  ({ server } = serverOf(app));
  port = await listenOn(server, { host: "127.0.0.1", port: 0 });
});

afterEach(() => closeWithin(server, 0));

const head = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

/** Sends requests one after the other, without waiting for an answer. */
async function send(text: string): Promise<{ readonly socket: Socket; readonly heard: () => string }> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (part) => (said += part.toString("latin1")));
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(text);
  return { socket, heard: () => said };
}

describe("S6 the streams of a connection", () => {
  it("are one, however many are asked for, and its seat is free when the connection is gone", async () => {
    const { socket, heard } = await send(head("/events").repeat(20));
    await until(() => heard().includes("data: {"));
    const others = await Promise.all(Array.from({ length: 15 }, () => send(head("/events"))));
    await until(() => others.every((other) => other.heard().includes("data: {")));
    for (const one of [socket, ...others.map((other) => other.socket)]) one.destroy();
    await until(() => !isWatched);
  });

  it("are left also where the connection is gone before they had their turn", async () => {
    const { socket } = await send(head("/slow") + head("/events"));
    await until(() => isWatched);
    socket.destroy();
    await until(() => !isWatched);
  });
});
