import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Broker } from "../../src/credentials/broker.ts";
import { type CachedBroker, cached } from "../../src/credentials/cached.ts";
import { createSharedTier, type SharedTier } from "../../src/credentials/shared-tier.ts";
import type { Caller } from "../../src/domain/caller.ts";
import { ADMIN, ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NO_REDIS, startRedis, type TestRedis } from "../support/redis.ts";

const KEYS = ["old", "new"].map((id, n) => `${id}:${Buffer.alloc(32, n + 1).toString("base64")}`);
const HOUR = 3_600_000;

/** A sidecar, as far as credentials go. */
interface Process {
  readonly broker: CachedBroker;
  readonly tier: SharedTier;
  readonly lookups: string[];
  readonly tampered: () => number;
}

let redis: TestRedis;
let admin: Redis;
let processes: Process[] = [];
let exchanged: string[];

/** Gives credentials that say whose they are, after a while. */
const exchange: Broker = async ({ role }, { subject }) => {
  const number = exchanged.push(`${subject} as ${role}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    accessKeyId: `AKIA-${subject}-${role}-${number}`,
    secretAccessKey: `the secret of ${subject}`,
    sessionToken: `the session of ${subject} as ${role}`,
    expiresAtMs: Date.now() + HOUR,
  };
};

function startProcess(more: { keyFile?: string; deployment?: string; settings?: object } = {}): Process {
  const { keyFile = KEYS[0]!, deployment = "postern", settings = { type: "identity-pool" } } = more;
  const lookups: string[] = [];
  let tampered = 0;
  const tier = createSharedTier({
    redis: { url: redis.url, commandTimeoutMs: 1000 },
    keyFile,
    deployment,
    now: Date.now,
    onLookup: (lookup) => lookups.push(lookup),
    onTamper: () => tampered++,
    onTrouble: () => {},
  });
  const broker = cached(tier.share(exchange, settings), { now: Date.now, onLookup: () => {} });
  const process = { broker, tier, lookups, tampered: () => tampered };
  processes.push(process);
  return process;
}

const person = (name: string): Caller =>
  callerOf({ digest: `digest of ${name}`, subject: name, token: name, expiresAtMs: Date.now() + 2 * HOUR });
const ask = async ({ broker }: Process, name = "anna", role = ANALYST): Promise<string> =>
  (await broker.obtain(permitOf(role), person(name))).accessKeyId;
const values = async () => (await admin.keys("*")).filter((name) => !name.endsWith(":lock"));
/** Until what was got has been put away: nobody waits for that. */
const putAway = (count: number) => expect.poll(values).toHaveLength(count);
/** Has somebody's credentials put away by a process that is gone then, and tells where. */
async function placeOf(name: string, role = ANALYST): Promise<string> {
  const before = new Set(await values());
  await ask(startProcess(), name, role);
  await putAway(before.size + 1);
  return (await values()).find((one) => !before.has(one))!;
}

beforeAll(async () => {
  if (NO_REDIS !== undefined) return;
  redis = await startRedis();
  admin = new Redis(redis.port, "127.0.0.1");
  admin.on("error", () => {});
});

beforeEach(async ({ skip }) => {
  skip(NO_REDIS !== undefined, NO_REDIS);
  await admin.flushall();
  exchanged = [];
});

afterEach(() => {
  for (const { broker, tier } of processes) {
    broker.close();
    tier.close();
  }
  processes = [];
});

afterAll(async () => {
  admin?.disconnect();
  await redis?.kill();
});

describe("S2.11 two sidecars by one Redis", () => {
  it("make one exchange for a thousand cold requests", async () => {
    const both = [startProcess(), startProcess()];
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => ask(both[i % 2]!)));
    expect(new Set(answers).size).toBe(1);
    expect(exchanged).toHaveLength(1);
  });

  it("make one exchange for each of fifty callers, whoever of them asks first", async () => {
    const both = [startProcess(), startProcess()];
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async (_, i) => [i % 50, await ask(both[(i >> 3) % 2]!, `p${i % 50}`)]),
    );
    for (const [name, key] of answers) expect(key).toContain(`AKIA-p${name}-`);
    expect([...exchanged].sort()).toEqual([...new Set(exchanged)].sort());
    expect(exchanged).toHaveLength(50);
  });

  it("share what a sidecar that is gone has got", async () => {
    await placeOf("anna");
    const late = startProcess();
    await ask(late);
    expect([exchanged.length, late.lookups]).toEqual([1, ["shared_hit"]]);
  });

  it("leave nothing in it that can be read, nor anything without an end", async () => {
    for (const [name, role] of [
      ["anna@example.com", ANALYST],
      ["bert", ADMIN],
    ] as const)
      await placeOf(name, role);
    const names = await admin.keys("*");
    const stored = await Promise.all(names.map(async (name) => (await admin.get(name)) ?? ""));
    const clear = [
      ...names,
      ...stored,
      ...stored.map((text) => Buffer.from(text, "base64").toString("latin1")),
    ];
    for (const word of [
      "anna",
      "bert",
      "AKIA",
      "analyst",
      "admin",
      "role",
      "secret",
      "session",
      "staff",
      "pool",
    ])
      expect(clear.join("\n")).not.toContain(word);
    const ends = await Promise.all(names.map((name) => admin.pttl(name)));
    for (const ttlMs of ends) expect(ttlMs).toBeGreaterThan(0);
  });
});

describe("S2.11 whoever can write to the Redis", () => {
  it("gives nobody another's credentials by exchanging values", async () => {
    const [anna, bert] = [await placeOf("anna"), await placeOf("bert", ADMIN)];
    const [a, b] = [(await admin.get(anna))!, (await admin.get(bert))!];
    await admin.set(anna, b);
    await admin.set(bert, a);
    const victim = startProcess();
    await expect(ask(victim, "anna")).resolves.toMatch(/^AKIA-anna-.*-3$/);
    await expect(ask(victim, "bert", ADMIN)).resolves.toMatch(/^AKIA-bert-.*-4$/);
    expect(victim.tampered()).toBeGreaterThan(0);
  });

  it("gives nobody an admin's credentials by putting them in every place there is", async () => {
    const root = await placeOf("root", ADMIN);
    for (const name of ["anna", "bert"]) await placeOf(name);
    const stolen = (await admin.get(root))!;
    for (const place of await values()) await admin.set(place, stolen);
    const victim = startProcess();
    for (const name of ["anna", "bert"]) await expect(ask(victim, name)).resolves.toContain(`AKIA-${name}-`);
    await expect(ask(victim, "root", ANALYST)).resolves.toContain(`AKIA-root-${ANALYST}`);
    expect(victim.tampered()).toBeGreaterThan(0);
  });

  it.each([
    ["cut off", (value: string) => value.slice(0, -8)],
    ["cut to next to nothing", () => "A"],
    ["changed in its middle", (value: string) => `${value.slice(0, 200)}AAAA${value.slice(204)}`],
    [
      "made longer",
      (value: string) => Buffer.concat([Buffer.from(value, "base64"), Buffer.of(0)]).toString("base64"),
    ],
    ["made of nothing sealed", () => JSON.stringify({ accessKeyId: "AKIA-evil" })],
  ])("does no more than cost an exchange by a value that is %s", async (_how, change) => {
    const anna = await placeOf("anna");
    await admin.set(anna, change((await admin.get(anna))!));
    const victim = startProcess();
    await expect(ask(victim)).resolves.toMatch(/^AKIA-anna-.*-2$/);
    expect(victim.tampered()).toBeGreaterThan(0);
  });

  it("does no more than cost an exchange by a value of another type", async () => {
    const anna = await placeOf("anna");
    await admin.del(anna);
    await admin.rpush(anna, "x");
    await expect(ask(startProcess())).resolves.toMatch(/^AKIA-anna-.*-2$/);
  });

  it("brings an older value back to no one but the caller whose it is, in the role that it is for", async () => {
    const anna = await placeOf("anna");
    const old = (await admin.get(anna))!;
    await admin.del(anna);
    await expect(ask(startProcess())).resolves.toMatch(/^AKIA-anna-.*-2$/);
    await placeOf("bert");
    for (const place of await values()) await admin.set(place, old);
    await expect(ask(startProcess())).resolves.toMatch(/^AKIA-anna-.*analyst-1$/);
    await expect(ask(startProcess(), "bert")).resolves.toMatch(/^AKIA-bert-/);
    await expect(ask(startProcess(), "anna", ADMIN)).resolves.toMatch(/^AKIA-anna-.*admin-/);
  });

  it("holds nobody up by a lock that ends before anything is put away", async () => {
    const anna = await placeOf("anna");
    await admin.del(anna);
    await admin.set(`${anna}:lock`, "nobody", "PX", 100);
    await expect(ask(startProcess())).resolves.toMatch(/^AKIA-anna-.*-2$/);
  });
});

describe("S2.11 what was sealed", () => {
  it.each([
    ["for another deployment", { deployment: "elsewhere" }],
    ["by another key", { keyFile: KEYS[1]! }],
    ["by the same key under another name", { keyFile: KEYS[0]!.replace("old", "odd") }],
    ["for a source with other settings", { settings: { type: "identity-pool", identityPoolId: "another" } }],
  ])("%s is not found, and opens nowhere else", async (_how, more) => {
    const anna = await placeOf("anna");
    const other = startProcess(more);
    await expect(ask(other)).resolves.toMatch(/^AKIA-anna-.*-2$/);
    await putAway(2);
    const others = (await values()).find((name) => name !== anna)!;
    await admin.copy(others, anna, "REPLACE");
    await expect(ask(startProcess())).resolves.toMatch(/^AKIA-anna-.*-3$/);
  });

  it("is found through a change of keys, step by step, and lost when the old key is gone", async () => {
    const [old, fresh] = KEYS as [string, string];
    await placeOf("anna"); // by the old key alone
    for (const keyFile of [`${old}\n${fresh}`, `${fresh}\n${old}`]) await ask(startProcess({ keyFile }));
    expect(exchanged).toHaveLength(1);
    await ask(startProcess({ keyFile: `${fresh}\n${old}` }), "bert");
    await putAway(2);
    await ask(startProcess({ keyFile: `${old}\n${fresh}` }), "bert");
    await ask(startProcess({ keyFile: fresh }), "bert");
    expect(exchanged).toHaveLength(2);
    await ask(startProcess({ keyFile: fresh }), "anna");
    expect(exchanged).toHaveLength(3);
  });
});

describe("a Redis that fails under load", () => {
  it("fails nobody when it is killed, and is used again when it is back", async () => {
    const both = [startProcess(), startProcess()];
    let next = 0;
    const load = async (requests: number) => {
      const names = Array.from({ length: requests }, () => `p${next++}`);
      const answers = await Promise.all(names.map((name, i) => ask(both[i % 2]!, name)));
      for (const [i, key] of answers.entries()) expect(key).toContain(`AKIA-${names[i]}-`);
    };
    await load(100);
    expect(both.map(({ tier }) => tier.isUp())).toEqual([true, true]);
    const during = load(100);
    await redis.kill();
    await during;
    await load(100);
    expect(both.map(({ tier }) => tier.isUp())).toEqual([false, false]);
    await redis.restart();
    await expect
      .poll(
        async () => {
          await load(2);
          return both.map(({ tier }) => tier.isUp());
        },
        { timeout: 10_000 },
      )
      .toEqual([true, true]);
    const before = exchanged.length;
    await ask(both[0]!, "shared again");
    await expect.poll(values).not.toEqual([]);
    await ask(both[1]!, "shared again");
    expect(exchanged).toHaveLength(before + 1);
  }, 20_000);

  it("fails nobody when it stops answering without a word", async () => {
    const one = startProcess();
    await ask(one, "first");
    redis.freeze();
    try {
      const names = Array.from({ length: 100 }, (_, i) => `frozen${i}`);
      const answers = await Promise.all(names.map((name) => ask(one, name)));
      for (const [i, key] of answers.entries()) expect(key).toContain(`AKIA-frozen${i}-`);
      expect(one.tier.isUp()).toBe(false);
    } finally {
      redis.thaw();
    }
  }, 20_000);
});
