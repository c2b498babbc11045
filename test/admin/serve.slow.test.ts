import { createServer, get, type Server } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import { Hono } from "hono";
import { expect, it } from "vitest";
import { closeWithin, serverOf } from "../../src/admin/serve.ts";
import { listenOn } from "../../src/inbound/listen-on.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };

/** A server that answers when it is told to. */
function slowServer(): { readonly server: Server; readonly answer: () => void } {
  const waiting: (() => void)[] = [];
  const server = createServer((_request, response) => waiting.push(() => response.end("done")));
  return { server, answer: () => waiting.forEach((end) => end()) };
}

it("listens at any port that is free for port 0, and says which", async () => {
  const { server } = serverOf(new Hono().get("/", (c) => c.text("here")));
  const port = await listenOn(server, LOOPBACK);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("here");
  await closeWithin(server, 0);
});

it("rejects with the port where it is taken, and where the address is not this machine's", async () => {
  const taker = createServer();
  const port = await listenOn(taker, LOOPBACK);
  await expect(listenOn(createServer(), { host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "EADDRINUSE",
    port,
  });
  await expect(listenOn(createServer(), { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "EADDRNOTAVAIL",
  });
  await closeWithin(taker, 0);
});

it("gives nobody for ever to send a request, and looks each second who takes longer", () => {
  const { headersTimeout, requestTimeout, ...others } = serverOf(new Hono()).server;
  expect([headersTimeout, requestTimeout]).toEqual([10_000, 10_000]);
  expect(others).toMatchObject({ connectionsCheckingInterval: 1000 });
});

it("lets nobody take all descriptors of the process", async () => {
  const { server } = serverOf(new Hono());
  expect(server.maxConnections).toBe(128);
  const port = await listenOn(server, LOOPBACK);
  const silent = Array.from({ length: 129 }, () => connect(port, "127.0.0.1"));
  const dropped = new Promise((resolve) => server.once("drop", resolve));
  await dropped;
  for (const socket of silent) socket.destroy();
  await closeWithin(server, 0);
});

it.each<readonly [what: string, head: string]>([
  ["silent", ""],
  ["slow", "GET / HTTP/1.1\r\nX: "],
])("cuts who is %s once their time is over", async (_what, head) => {
  const { server } = serverOf(new Hono());
  // The time is Node's to count; it is only short here.
  server.headersTimeout = 1;
  server.requestTimeout = 1;
  const port = await listenOn(server, LOOPBACK);
  const socket = connect(port, "127.0.0.1").resume();
  socket.write(head);
  await once(socket, "close");
  await closeWithin(server, 0);
});

it("waits for a request in flight when it closes", async () => {
  const { server, answer } = slowServer();
  const port = await listenOn(server, LOOPBACK);
  const answered = fetch(`http://127.0.0.1:${port}/`);
  await once(server, "request");
  const closed = closeWithin(server, 60_000);
  answer();
  expect(await (await answered).text()).toBe("done");
  await closed;
  expect(server.listening).toBe(false);
});

it("cuts what is left at the deadline", async () => {
  const { server } = slowServer();
  const port = await listenOn(server, LOOPBACK);
  const request = get({ port, host: "127.0.0.1" });
  const failed = once(request, "error");
  await once(server, "request");
  await closeWithin(server, 0);
  expect(await failed).toMatchObject([{ code: "ECONNRESET" }]);
});

it("does not wait for connections that are idle", async () => {
  const server = createServer((_request, response) => response.end());
  const port = await listenOn(server, LOOPBACK);
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  await closeWithin(server, 60_000);
  expect(server.listening).toBe(false);
});

it("closes what never listened at once", async () => {
  await expect(closeWithin(createServer(), 60_000)).resolves.toBeUndefined();
});
