import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRedisStore } from "../../src/credentials/redis.ts";
import type { Store } from "../../src/credentials/shared-store.ts";
import { NO_REDIS, startRedis, type TestRedis } from "../support/redis.ts";

const MEGABYTE = 1_000_000;

describe("C10 whoever can write the Redis that sidecars share", () => {
  let redis: TestRedis;
  let admin: Redis;
  let store: Store;

  beforeAll(async () => {
    if (NO_REDIS !== undefined) return;
    redis = await startRedis();
    admin = new Redis(redis.port, "127.0.0.1");
    store = createRedisStore({ url: redis.url, commandTimeoutMs: 5000 });
  });
  beforeEach(({ skip }) => skip(NO_REDIS !== undefined, NO_REDIS));
  afterAll(async () => {
    store?.close();
    admin?.disconnect();
    await redis?.kill();
  });

  it("cannot fill a sidecar's memory with a value of any size", async () => {
    await admin.setrange("postern:huge", 100 * MEGABYTE, "x");
    const value = await store.get("postern:huge");
    expect(value?.length).toBe(65_536);
  });

  it("leaves whole what is as large as credentials are at most", async () => {
    const value = "x".repeat(60_000);
    await store.set("postern:large", value, 60_000);
    await expect(store.get("postern:large")).resolves.toBe(value);
  });
});
