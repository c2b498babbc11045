import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createRedisStore, type RedisStoreOptions } from "../../src/credentials/redis.ts";
import type { Store } from "../../src/credentials/shared-store.ts";
import { freePort } from "../support/free-port.ts";

const stores: Store[] = [];
const storeOf = (options: RedisStoreOptions): Store => {
  const store = createRedisStore({ commandTimeoutMs: 2000, ...options });
  stores.push(store);
  return store;
};
/** The message that a command was rejected with. */
const complaintOf = (store: Store) => store.get("x").then(String, ({ message }: Error) => message);

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

describe("a Redis that does not answer", () => {
  it("is told of at once where nobody listens", async () => {
    const store = storeOf({ url: `redis://127.0.0.1:${await freePort()}/0` });
    for (let i = 0; i < 3; i++)
      await expect(complaintOf(store)).resolves.toBe("the shared tier: it is not connected (ECONNREFUSED)");
  });

  it("is told of in time where somebody listens and never answers", async () => {
    const sockets: { destroy: () => void }[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const store = storeOf({ url: `redis://127.0.0.1:${port}/0`, commandTimeoutMs: 20 });
    await expect(complaintOf(store)).resolves.toBe("the shared tier: it does not answer in time");
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
