import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRedisStore, type RedisStoreOptions } from "../../src/credentials/redis.ts";
import type { Store } from "../../src/credentials/shared-store.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { freePort } from "../support/free-port.ts";
import { NO_REDIS, startRedis, type TestRedis } from "../support/redis.ts";

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

describe("a store of a Redis", () => {
  let redis: TestRedis;

  beforeAll(async () => {
    if (NO_REDIS === undefined) redis = await startRedis();
  });
  beforeEach(({ skip }) => skip(NO_REDIS !== undefined, NO_REDIS));
  afterAll(() => redis?.kill());

  it("gets what was set, until it is removed", async () => {
    const store = storeOf(redis);
    await expect(store.get("a")).resolves.toBeUndefined();
    await store.set("a", "value", 60_000);
    await expect(store.get("a")).resolves.toBe("value");
    await store.remove("a");
    await expect(store.get("a")).resolves.toBeUndefined();
  });

  it("takes for an answer in time what has come while this process was busy", async () => {
    const store = storeOf({ ...redis, commandTimeoutMs: 100 });
    await store.connect();
    const answer = store.get("nothing");
    for (let i = 0; i < 10; i++) await Promise.resolve(); // by now it is asked
    for (const untilMs = performance.now() + 300; performance.now() < untilMs;);
    await expect(answer).resolves.toBeUndefined();
  });

  it("gives what was set an end", async () => {
    const store = storeOf(redis);
    await store.set("short", "value", 1);
    await expect.poll(() => store.get("short")).toBeUndefined();
  });

  it("has one owner for a lock, who alone can give it back", async () => {
    const store = storeOf(redis);
    await expect(store.lock("l", "me", 60_000)).resolves.toBe(true);
    await expect(store.lock("l", "you", 60_000)).resolves.toBe(false);
    await store.unlock("l", "you");
    await expect(store.lock("l", "you", 60_000)).resolves.toBe(false);
    await store.unlock("l", "me");
    await expect(store.lock("l", "you", 60_000)).resolves.toBe(true);
  });

  it("uses the database that the URL names", async () => {
    const [zero, one] = ["/0", "/1"].map((path) =>
      storeOf({ url: `redis://127.0.0.1:${redis.port}${path}` }),
    );
    await one!.set("here", "value", 60_000);
    await expect(zero!.get("here")).resolves.toBeUndefined();
    await expect(one!.get("here")).resolves.toBe("value");
  });

  it("is closed once and for all, and that is no trouble to anybody", async () => {
    const [used, fresh] = [storeOf(redis), storeOf(redis)];
    await used.get("x");
    for (const store of [used, fresh]) {
      store.close();
      await expect(complaintOf(store)).resolves.toBe("the shared tier: it is closed");
    }
  });
});

describe("a Redis with a password", () => {
  const PASSWORD = "a-password-that-nobody-may-see";
  let redis: TestRedis;

  beforeAll(async () => {
    if (NO_REDIS !== undefined) return;
    // All that Postern needs, and nothing else.
    const user = `postern on >${PASSWORD} ~postern:* -@all +get +getrange +set +del +eval`;
    redis = await startRedis("--requirepass", PASSWORD, "--user", ...user.split(" "));
  });
  beforeEach(({ skip }) => skip(NO_REDIS !== undefined, NO_REDIS));
  afterAll(() => redis?.kill());

  it("is asked with it", async () => {
    const store = storeOf({ url: redis.url, password: PASSWORD });
    await store.set("a", "value", 60_000);
    await expect(store.get("a")).resolves.toBe("value");
  });

  it("is asked as a user who may do no more than Postern needs", async () => {
    const store = storeOf({ url: redis.url, username: "postern", password: PASSWORD });
    await store.set("postern:a", "value", 60_000);
    await expect(store.get("postern:a")).resolves.toBe("value");
    await expect(store.lock("postern:l", "me", 60_000)).resolves.toBe(true);
    await store.unlock("postern:l", "me");
    await store.remove("postern:a");
    await expect(store.get("postern:a")).resolves.toBeUndefined();
    await expect(store.lock("postern:l", "you", 60_000)).resolves.toBe(true);
    await expect(complaintOf(store)).resolves.toBe("the shared tier: NOPERM");
  });

  it.each([
    ["without one", {}, /NOAUTH/],
    ["with another", { password: `${PASSWORD}x` }, /WRONGPASS|NOAUTH/],
    ["with another user's name", { username: "no-one", password: PASSWORD }, /WRONGPASS|NOAUTH/],
  ])("is not asked %s, and the message says why without a secret", async (_how, options, why) => {
    const complaint = await complaintOf(storeOf({ url: redis.url, ...options }));
    expect(complaint).toMatch(why);
    expect(complaint).not.toContain(PASSWORD);
  });
});

describe("a Redis behind TLS", () => {
  const certificate = createThrowAwayCertificate(Date.now());
  let redis: TestRedis;
  let directory: string;
  let url: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "postern-redis-"));
    if (NO_REDIS !== undefined) return;
    const write = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    };
    const port = await freePort();
    url = `rediss://localhost:${port}/0`;
    const files = {
      "--tls-cert-file": write("cert.pem", certificate.certPem),
      "--tls-key-file": write("key.pem", certificate.keyPem),
      "--tls-ca-cert-file": write("ca.pem", certificate.caPem),
    };
    const options = { "--tls-port": String(port), "--tls-auth-clients": "no", ...files };
    redis = await startRedis(...Object.entries(options).flat());
  });
  beforeEach(({ skip }) => skip(NO_REDIS !== undefined, NO_REDIS));
  afterAll(async () => {
    await redis?.kill();
    rmSync(directory, { recursive: true });
  });

  it("is asked where its certificate is vouched for", async () => {
    const store = storeOf({ url, ca: certificate.caPem });
    await store.set("a", "value", 60_000);
    await expect(store.get("a")).resolves.toBe("value");
  });

  it.each([
    ["nobody vouches for its certificate", undefined],
    ["another authority is trusted", createThrowAwayCertificate(Date.now()).caPem],
  ])("is not asked where %s", async (_why, ca) => {
    await expect(complaintOf(storeOf({ url, ca }))).resolves.toMatch(/not connected \([A-Z_]+\)$/);
  });
});
