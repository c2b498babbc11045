import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LocalAws, startLocalAws } from "../../src/local/aws.ts";
import { createThrowAwayCertificate } from "../../src/local/certificate.ts";
import { readWorld } from "../../src/local/parse-world.ts";
import {
  type Client,
  createClient,
  crowdOf,
  exchangesAt,
  homeOf,
  inTurns,
  type Person,
} from "../support/crowd.ts";
import { freePort } from "../support/free-port.ts";
import { NO_REDIS, startRedis, type TestRedis } from "../support/redis.ts";
import { serve, type Served } from "../support/served.ts";

const WORLD = join(import.meta.dirname, "../../config/local-world.yaml");

/** A process with a client of its own. */
interface Sidecar extends Served {
  readonly ask: Client["ask"];
}

/** What a sidecar may have otherwise. */
interface Otherwise {
  readonly url?: string;
  /** Text of the key file. */
  readonly keys?: string;
  /** Further lines of `credentials.shared`. */
  readonly shared?: Readonly<Record<string, string>>;
  /** Further settings of the source. */
  readonly source?: string;
}

let folder: string;
let aws: LocalAws;
let redis: TestRedis;
let admin: Redis;
const ending: (() => Promise<void>)[] = [];

const KEYS = ["old", "new"].map((id) => `${id}:${randomBytes(32).toString("base64")}`);
const [OLD, NEW] = KEYS as [string, string];

/** A file of the test's own. */
function fileOf(text: string): string {
  const path = join(folder, randomBytes(8).toString("hex"));
  writeFileSync(path, text);
  return path;
}

async function startSidecar(otherwise: Otherwise = {}): Promise<Sidecar> {
  const { url = redis.url, keys = OLD, shared = {}, source = "" } = otherwise;
  const settings = Object.entries({ url, keyFile: fileOf(keys), ...shared });
  const served = await serve(aws.port, (yaml) =>
    yaml.replace("default: true }", `default: true${source} }`).replace(
      "\nupstreams:",
      `  rates: { GetId: 10000, GetCredentialsForIdentity: 10000, GetCallerIdentity: 10000 }
  shared:
${settings.map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`).join("")}
upstreams:`,
    ),
  );
  const client = createClient(served.url);
  ending.push(async () => {
    await client.close();
    await served.stop();
  });
  return { ...served, ask: client.ask };
}

const startSidecars = (...all: readonly Otherwise[]): Promise<readonly Sidecar[]> =>
  Promise.all(all.map(startSidecar));

/** Writes the person's name where nobody else may: served as anybody else it would be a 403. */
const write = async ({ ask }: Sidecar, person: Person): Promise<void> => {
  const { status } = await ask({ ...person, path: homeOf(person), method: "PUT", body: person.sub });
  expect(status).toBe(200);
};
/** Reads it again. */
const read = async ({ ask }: Sidecar, person: Person): Promise<void> => {
  const { status, body } = await ask({ ...person, path: homeOf(person) });
  expect([status, body]).toEqual([200, person.sub]);
};
const people = (count: number): Promise<readonly Person[]> => crowdOf(aws, count);
const exchanged = (): number => exchangesAt(aws)["GetCredentialsForIdentity"] ?? 0;
const isUp = async ({ measured }: Sidecar): Promise<number> => (await measured())("postern_shared_cache_up");
const rejected = async ({ measured }: Sidecar): Promise<number> =>
  (await measured())("postern_shared_cache_rejected_total");
const sharedHits = async ({ measured }: Sidecar): Promise<number> =>
  (await measured())('postern_credential_lookups_total{result="shared_hit"}');
const values = async (of = admin): Promise<readonly string[]> =>
  (await of.keys("*")).filter((name) => !name.endsWith(":lock"));
/** Has a person's credentials put away, and tells where. */
async function placeOf(sidecar: Sidecar, person: Person): Promise<string> {
  const before = new Set(await values());
  await write(sidecar, person);
  // Nobody is kept waiting for that.
  await expect.poll(() => values()).toHaveLength(before.size + 1);
  return (await values()).find((name) => !before.has(name))!;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-shared-"));
  if (NO_REDIS !== undefined) return;
  const world = readWorld(readFileSync(WORLD, "utf8"));
  aws = await startLocalAws({ world, address: { host: "127.0.0.1", port: 0 } });
  redis = await startRedis();
  admin = new Redis(redis.port, "127.0.0.1");
  admin.on("error", () => {});
});

beforeEach(async ({ skip }) => {
  skip(NO_REDIS !== undefined, NO_REDIS);
  await admin.flushall();
  aws.calls.reset();
});

afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
});

afterAll(async () => {
  admin?.disconnect();
  await redis?.kill();
  await aws?.close();
  rmSync(folder, { recursive: true });
});

describe("S2.11 two processes by one Redis", () => {
  it("make one exchange for a thousand cold requests of one caller", async () => {
    const both = await startSidecars({}, {});
    const [person] = (await people(1)) as [Person];
    await Promise.all(Array.from({ length: 1000 }, (_, i) => write(both[i % 2]!, person)));
    expect(exchangesAt(aws)).toEqual({ GetId: 1, GetCredentialsForIdentity: 1, GetCallerIdentity: 1 });
    expect(await Promise.all(both.map(isUp))).toEqual([1, 1]);
    const [mine = 0, yours = 0] = await Promise.all(both.map(sharedHits));
    expect(mine + yours).toBe(1);
  });

  it("leave nothing in it that can be read, nor anything without an end", async () => {
    const [one] = (await startSidecars({})) as [Sidecar];
    const crowd = await people(5);
    for (const person of crowd) await placeOf(one, person);
    const names = await admin.keys("*");
    for (const name of names) expect(name).toMatch(/^postern:[\w-]{43}(?::lock)?$/);
    const stored = await Promise.all(names.map(async (name) => (await admin.get(name)) ?? ""));
    const opened = stored.map((text) => Buffer.from(text, "base64").toString("latin1"));
    const text = [...names, ...stored, ...opened].join("\n");
    const sessions = aws.sessions.all();
    // Longer than what chance would put into the text of sealed bytes.
    const words = ["member", "assumed-role", "us-east-1", "default", "session", "secret"];
    const secrets = [
      ...words,
      ...crowd.flatMap(({ sub, token }) => [sub, token]),
      ...sessions.flatMap((one) => [one.accessKeyId, one.secretAccessKey, one.sessionToken]),
    ];
    expect(secrets.length).toBeGreaterThan(30);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    const ends = await Promise.all(names.map((name) => admin.pttl(name)));
    expect(Math.min(...ends)).toBeGreaterThan(0);
    expect(Math.max(...ends)).toBeLessThanOrEqual(3_600_000);
  });

  it("fail nobody when it is killed under load, and share again when it is back", async () => {
    const both = await startSidecars({}, {});
    const crowd = await people(300);
    let next = 0;
    /** New callers: each comes to one process, and then to the other, which has not seen them. */
    const come = async (person: Person): Promise<void> => {
      const [one, other] = crowd.indexOf(person) % 2 === 0 ? both : both.toReversed();
      await write(one!, person);
      await read(other!, person);
    };
    const load = (count: number) => inTurns(crowd.slice(next, (next += count)), 20, come);
    const ups = () => Promise.all(both.map(isUp));
    await load(20);
    const under = load(100);
    await expect.poll(exchanged, { timeout: 10_000 }).toBeGreaterThan(40);
    await redis.kill();
    await under;
    await load(20);
    expect(await ups()).toEqual([0, 0]);

    await redis.restart();
    const ask = async () => {
      await load(2);
      return ups();
    };
    await expect.poll(ask, { timeout: 20_000, interval: 300 }).toEqual([1, 1]);
    const [person] = (await people(1)) as [Person];
    const before = exchanged();
    await placeOf(both[0]!, person);
    await read(both[1]!, person);
    expect(exchanged() - before).toBe(1);
  });
});

describe("S2.11 whoever can write to the Redis", () => {
  it("makes nobody anybody else, by whatever values in whatever places", async () => {
    const [one, other] = (await startSidecars({}, {})) as [Sidecar, Sidecar];
    const [anna, bert, carl, dora, emil] = (await people(5)) as [Person, Person, Person, Person, Person];
    const places = new Map<Person, string>();
    for (const person of [anna, bert, carl, dora, emil]) places.set(person, await placeOf(one, person));
    const valueAt = async (person: Person) => (await admin.get(places.get(person)!))!;
    const [annas, berts, carls] = [await valueAt(anna), await valueAt(bert), await valueAt(carl)];
    await admin.set(places.get(anna)!, berts);
    await admin.set(places.get(bert)!, annas);
    await admin.set(places.get(carl)!, carls.slice(0, -8));
    await admin.set(places.get(dora)!, carls);

    let count = await rejected(other);
    const before = exchanged();
    for (const person of [anna, bert, carl, dora]) {
      await read(other, person);
      expect(await rejected(other)).toBeGreaterThan(count);
      count = await rejected(other);
    }
    expect(exchanged() - before).toBe(4);
    // Whose value nobody touched is served from it, in the very session that it was got for.
    await read(other, emil);
    expect(exchanged() - before).toBe(4);
    expect(await rejected(other)).toBe(count);
    expect(await rejected(one)).toBe(0);
  });

  it("brings an older value back to none but the caller whose it is", async () => {
    const [one, other, late] = (await startSidecars({}, {}, {})) as [Sidecar, Sidecar, Sidecar];
    const [anna, bert] = (await people(2)) as [Person, Person];
    const annas = await placeOf(one, anna);
    const old = (await admin.get(annas))!;
    await admin.del(annas);
    const berts = await placeOf(one, bert);
    // Without it the other got new ones, which it put there in their turn.
    expect(await placeOf(other, anna)).toBe(annas);
    expect(await admin.get(annas)).not.toBe(old);
    for (const place of [annas, berts]) await admin.set(place, old);
    const before = exchanged();
    await read(late, anna);
    expect([exchanged() - before, await rejected(late)]).toEqual([0, 0]);
    await read(late, bert);
    expect(exchanged() - before).toBe(1);
    expect(await rejected(late)).toBeGreaterThan(0);
  });
});

describe("S2.11 what was sealed", () => {
  it("is found through a change of keys, process by process, until the old key is gone", async () => {
    const [first, second, third, last] = (await startSidecars(
      { keys: OLD },
      { keys: `${OLD}\n${NEW}` },
      { keys: `${NEW}\n${OLD}` },
      { keys: NEW },
    )) as [Sidecar, Sidecar, Sidecar, Sidecar];
    const [anna, bert] = (await people(2)) as [Person, Person];
    await placeOf(first, anna);
    for (const sidecar of [second, third]) await read(sidecar, anna);
    expect(exchanged()).toBe(1);
    await placeOf(third, bert);
    for (const sidecar of [second, last]) await read(sidecar, bert);
    expect(exchanged()).toBe(2);
    // What only the old key opens, the new one does not even look for.
    await read(last, anna);
    expect(exchanged()).toBe(3);
    expect(await Promise.all([first, second, third, last].map(rejected))).toEqual([0, 0, 0, 0]);
  });

  it("is not found by a source with other settings, nor by another deployment", async () => {
    const [one, ...others] = (await startSidecars(
      {},
      { source: ", verifyRole: false" },
      { shared: { deployment: "elsewhere" } },
    )) as [Sidecar, Sidecar, Sidecar];
    const [person] = (await people(1)) as [Person];
    const place = await placeOf(one, person);
    for (const [i, other] of others.entries()) {
      await read(other, person);
      expect(exchanged()).toBe(i + 2);
      await expect.poll(() => values()).toHaveLength(i + 2);
    }
    expect(await Promise.all([one, ...others].map(rejected))).toEqual([0, 0, 0]);
    // And does not open for them, wherever it is put.
    const value = (await admin.get(place))!;
    for (const name of await values()) await admin.set(name, value);
    const [late] = (await startSidecars({ shared: { deployment: "elsewhere" } })) as [Sidecar];
    await read(late, person);
    expect(await rejected(late)).toBeGreaterThan(0);
  });
});

describe("S2.11 a Redis behind TLS and a password", () => {
  const PASSWORD = "correct horse battery staple";
  const certificate = createThrowAwayCertificate(Date.now());
  let url: string;
  let guarded: TestRedis;
  /** By the port that has no TLS. */
  let inside: Redis;

  beforeAll(async () => {
    if (NO_REDIS !== undefined) return;
    const port = await freePort();
    url = `rediss://localhost:${port}/0`;
    const files = {
      "--tls-cert-file": fileOf(certificate.certPem),
      "--tls-key-file": fileOf(certificate.keyPem),
      "--tls-ca-cert-file": fileOf(certificate.caPem),
    };
    const options = { "--tls-port": String(port), "--tls-auth-clients": "no", "--requirepass": PASSWORD };
    guarded = await startRedis(...Object.entries({ ...options, ...files }).flat());
    inside = new Redis({ port: guarded.port, host: "127.0.0.1", password: PASSWORD });
  });
  beforeEach(() => inside.flushall());
  afterAll(async () => {
    inside?.disconnect();
    await guarded?.kill();
  });

  it("is shared by who trusts it and knows the password", async () => {
    const shared = { caFile: fileOf(certificate.caPem), passwordFile: fileOf(`${PASSWORD}\n`) };
    const both = (await startSidecars({ url, shared }, { url, shared })) as [Sidecar, Sidecar];
    expect(await Promise.all(both.map(isUp))).toEqual([1, 1]);
    const [person] = (await people(1)) as [Person];
    await write(both[0], person);
    await expect.poll(() => values(inside)).toHaveLength(1);
    await read(both[1], person);
    expect(exchanged()).toBe(1);
    expect(await sharedHits(both[1])).toBe(1);
  });

  it("is done without by all others, who fail nobody and tell no secret", async () => {
    const caFile = fileOf(certificate.caPem);
    const passwordFile = fileOf(PASSWORD);
    const stranger = fileOf(createThrowAwayCertificate(Date.now()).caPem);
    const all = await startSidecars(
      { url, shared: { caFile, passwordFile: fileOf("another one") } },
      { url, shared: { caFile } },
      { url, shared: { caFile: stranger, passwordFile } },
      { url, shared: { passwordFile } },
    );
    const [person] = (await people(1)) as [Person];
    for (const sidecar of all) await write(sidecar, person);
    expect(exchanged()).toBe(4);
    expect(await Promise.all(all.map(isUp))).toEqual([0, 0, 0, 0]);
    for (const { said } of all) {
      await expect.poll(said, { timeout: 10_000 }).toContain("the shared tier is away");
      for (const secret of [PASSWORD, "another one", OLD.slice(4)]) expect(said()).not.toContain(secret);
    }
  });
});
