import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { finished } from "node:stream/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drainRest, standInFor } from "../../src/upstream/upload.ts";

let server: Server;
let client: Socket;
let arrived: IncomingMessage[];
let heard: string;

beforeEach(async () => {
  arrived = [];
  heard = "";
  server = createServer((request, response) => {
    arrived.push(request);
    if (request.method === "GET") response.end("next");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {});
  client.on("data", (chunk) => (heard += chunk.toString()));
});
afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

async function upload(length: number, sent: Buffer | string): Promise<IncomingMessage> {
  client.write(`PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`);
  client.write(sent);
  await expect.poll(() => arrived.length).toBe(1);
  return arrived[0] as IncomingMessage;
}

describe("standInFor", () => {
  it("is the body, to its end", async () => {
    const body = standInFor(await upload(5, "five!"));
    let text = "";
    body.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await finished(body);
    expect(text).toBe("five!");
  });

  it("breaks off where the client leaves, instead of ending", async () => {
    const body = standInFor(await upload(100, "part"));
    client.destroy();
    body.resume();
    await expect(finished(body)).rejects.toThrow("aborted");
  });

  it("can be destroyed without the connection that the answer goes out on", async () => {
    const request = await upload(100, "part");
    await finished(standInFor(request).destroy(new Error("reset"))).catch(() => {});
    expect([request.destroyed, request.socket.destroyed]).toEqual([false, false]);
  });
});

describe("drainRest", () => {
  it("reads the rest, so that the next request on the connection is read", async () => {
    const request = await upload(1_000_000, Buffer.alloc(400_000));
    standInFor(request).destroy();
    drainRest(request);
    client.write(Buffer.alloc(600_000));
    client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await expect.poll(() => request.complete).toBe(true);
    await expect.poll(() => arrived.length).toBe(2);
  });

  it("cuts off a client that goes on for more than 64 MiB", async () => {
    const request = await upload(1e13, "part");
    drainRest(request);
    const more = (): void => {
      while (!client.destroyed && client.write(Buffer.alloc(1024 * 1024)));
    };
    client.on("drain", more);
    more();
    await expect.poll(() => client.destroyed, { timeout: 5000 }).toBe(true);
    expect(client.bytesWritten).toBeGreaterThan(64 * 1024 * 1024);
    expect(client.bytesWritten).toBeLessThan(256 * 1024 * 1024);
    expect(request.destroyed).toBe(true);
  });

  it("leaves alone what is complete or gone", async () => {
    const request = await upload(5, "five!");
    request.resume();
    await expect.poll(() => request.complete).toBe(true);
    const before = request.listenerCount("data");
    drainRest(request);
    expect(request.listenerCount("data")).toBe(before);
    expect(heard).toBe("");
  });
});
