import { beforeEach, describe, expect, it } from "vitest";
import { AwsError } from "../../src/credentials/aws-error.ts";
import type { Supplier } from "../../src/credentials/cached.ts";
import { createSeal, parseKeyFile } from "../../src/credentials/seal.ts";
import { shared, type SharedOptions } from "../../src/credentials/shared.ts";
import { createSharedStore } from "../../src/credentials/shared-store.ts";
import type { Caller } from "../../src/domain/caller.ts";
import type { Credentials } from "../../src/domain/credentials.ts";
import type { Permit } from "../../src/domain/decision.ts";
import { Refusal, type RefusalCode } from "../../src/domain/refusal.ts";
import { ADMIN, callerOf, permitOf } from "../support/callers.ts";
import { createMemoryStore, type MemoryStore } from "../support/memory-store.ts";
import { NOW } from "../support/signed-tokens.ts";

const MINUTE = 60_000;

/** An exchange that waits for the test to end it. */
interface Asked {
  /** Which process makes it. */
  readonly process: string;
  readonly permit: Permit;
  readonly caller: Caller;
  readonly give: (expiresAtMs?: number) => void;
  readonly refuse: (code: RefusalCode, cause?: unknown) => void;
}

let nowMs: number;
let store: MemoryStore;
let asked: Asked[];
let lookups: string[];
let tampered: number;
/** Those who wait for somebody else's exchange, each to be woken by the test. */
let pauses: { readonly ms: number; readonly wake: () => void }[];
let one: Supplier;
let two: Supplier;

const start = (process: string, more: Partial<SharedOptions> = {}): Supplier =>
  shared(
    (permit, caller) =>
      new Promise<Credentials>((resolve, reject) => {
        const number = asked.length + 1;
        asked.push({
          process,
          permit,
          caller,
          give: (expiresAtMs = nowMs + 60 * MINUTE) =>
            resolve({
              accessKeyId: `key-${number}`,
              secretAccessKey: "s",
              sessionToken: "t",
              expiresAtMs,
              assumedRoleArn: `${permit.role} assumed`,
            }),
          refuse: (code, cause) => reject(new Refusal(code, { cause })),
        });
      }),
    {
      store: createSharedStore(store, { now: () => nowMs, onTrouble: () => {} }),
      seal: sealOf(),
      settingsDigest: "settings",
      now: () => nowMs,
      onLookup: (lookup) => lookups.push(lookup),
      onTamper: () => tampered++,
      random: () => 0.5,
      pause: (ms) => new Promise<void>((wake) => pauses.push({ ms, wake })),
      ...more,
    },
  );

function sealOf(keyFile = `k:${Buffer.alloc(32, 1).toString("base64")}`, deployment = "postern") {
  const parsed = parseKeyFile(keyFile);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return createSeal({ keys: parsed.keys, deployment });
}

beforeEach(() => {
  nowMs = NOW;
  store = createMemoryStore(() => nowMs);
  asked = [];
  lookups = [];
  tampered = 0;
  pauses = [];
  [one, two] = [start("one"), start("two")];
});

const settled = () => new Promise((resolve) => setImmediate(resolve));
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });
const long = (more: Partial<Caller> & { token?: string } = {}) =>
  callerOf({ expiresAtMs: NOW + 1e9, ...more });

const ask = async (supply: Supplier, caller = long(), permit = permitOf(), unwanted?: Credentials) =>
  (await supply(permit, caller, unwanted)).accessKeyId;

/** Asks, and lets the exchange succeed if there is one. */
async function got(supply: Supplier, caller = long(), permit = permitOf(), unwanted?: Credentials) {
  const before = asked.length;
  const answer = ask(supply, caller, permit, unwanted);
  await settled();
  if (asked.length > before) asked.at(-1)?.give();
  const credentials = await answer;
  await settled();
  return credentials;
}
const wake = async (): Promise<void> => {
  for (const pause of pauses.splice(0)) pause.wake();
  await settled();
};
const locks = () => [...store.values.keys()].filter((name) => name.endsWith(":lock"));

/** Asks once, and lets the exchange end so. */
const end = async (code: RefusalCode, cause?: unknown) => {
  const answer = ask(one);
  await settled();
  asked.at(-1)?.refuse(code, cause);
  await expect(answer).rejects.toThrow(refused(code));
  await settled();
};

/** Where the credentials of a caller are put. */
const nameOf = async (caller: Caller) => {
  const before = new Set(store.values.keys());
  await got(one, caller);
  return [...store.values.keys()].find((name) => !before.has(name))!;
};

describe("what one process got", () => {
  it("is there for the other, as AWS gave it", async () => {
    await got(one);
    await expect(two(permitOf(), long(), undefined)).resolves.toMatchObject({
      accessKeyId: "key-1",
      secretAccessKey: "s",
      sessionToken: "t",
      expiresAtMs: NOW + 60 * MINUTE,
      assumedRoleArn: `${permitOf().role} assumed`,
      gotAtMs: NOW,
    });
    expect([asked.length, lookups, tampered]).toEqual([1, ["shared_hit"], 0]);
  });

  it("S2.5 is the same whichever of the caller's tokens is shown", async () => {
    await got(one);
    await expect(ask(two, long({ token: "newer" }))).resolves.toBe("key-1");
  });

  it.each([
    ["person", callerOf({ digest: "bert", subject: "bert" }), permitOf()],
    ["role", callerOf(), permitOf(ADMIN)],
    ["source", callerOf(), permitOf(undefined, "other")],
  ])("S2.5 is not there for another %s", async (_what, caller, permit) => {
    await got(one);
    await expect(got(two, caller, permit)).resolves.toBe("key-2");
  });

  it.each([
    ["a source with other settings", { settingsDigest: "other" }],
    ["another deployment", { seal: sealOf(undefined, "elsewhere") }],
    ["whoever has another key", { seal: sealOf(`k:${Buffer.alloc(32, 2).toString("base64")}`) }],
  ])("is not there for %s", async (_who, more) => {
    await got(one);
    await expect(got(start("three", more))).resolves.toBe("key-2");
    expect(tampered).toBe(0);
  });

  it("S2.5 does not outlive the login token it was got with, in the store or out of it", async () => {
    await got(one, callerOf({ expiresAtMs: NOW + MINUTE }));
    const [kept] = store.values.values();
    expect(kept?.endsAtMs).toBe(NOW + MINUTE);
    const given = await two(permitOf(), callerOf({ expiresAtMs: NOW + MINUTE }), undefined);
    expect(given.expiresAtMs).toBe(NOW + MINUTE);
    nowMs += MINUTE;
    kept!.endsAtMs = NOW + 60 * MINUTE; // though the store were to keep it
    await expect(got(two)).resolves.toBe("key-2");
    expect(tampered).toBe(0);
  });

  it("S2.5 is not used when it has ended, though the store has it still and another process renews it", async () => {
    await got(one);
    for (const value of store.values.values()) value.endsAtMs = NOW + 1e9;
    nowMs += 60 * MINUTE;
    const answers = [ask(one), ask(two)];
    await settled();
    expect(pauses).toHaveLength(1);
    asked[1]?.give();
    await settled();
    await wake();
    await expect(Promise.all(answers)).resolves.toEqual(["key-2", "key-2"]);
  });

  it("is put away sealed: nothing of it can be read", async () => {
    await got(one, long({ subject: "anna@example.com", groups: ["analysts"] }));
    const text = JSON.stringify([...store.values]);
    const bytes = [...store.values.values()].map(({ value }) =>
      Buffer.from(value, "base64").toString("latin1"),
    );
    expect(`${text} ${bytes.join(" ")}`).not.toMatch(/anna|analyst|role|key-1|staff|settings/);
  });

  it("is put away with an end that has not come", async () => {
    const answer = ask(one, callerOf({ expiresAtMs: NOW + 1 }));
    await settled();
    nowMs += 1;
    asked[0]?.give();
    await answer;
    await settled();
    expect(store.values.size).toBe(0);
  });
});

describe("one exchange serves all processes", () => {
  it("while the others wait, a little less in step than they came", async () => {
    const answers = [ask(one), ask(two)];
    await settled();
    expect([asked.length, pauses.map(({ ms }) => ms)]).toEqual([1, [50]]);
    await wake();
    expect([asked.length, pauses.length]).toEqual([1, 1]);
    asked[0]?.give();
    await settled();
    await wake();
    await expect(Promise.all(answers)).resolves.toEqual(["key-1", "key-1"]);
    expect([asked.length, lookups, locks()]).toEqual([1, ["shared_hit"], []]);
  });

  it("and is made by the next when the first fails, one after the other", async () => {
    const ends = Promise.allSettled([ask(one), ask(two), ask(start("three"))]);
    await settled();
    asked[0]?.refuse("credentials-unavailable");
    await settled();
    await wake();
    expect(asked.map(({ process }) => process)).toHaveLength(2);
    asked[1]?.give();
    await settled();
    await wake();
    expect((await ends).map(({ status }) => status).sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
  });

  it("but nobody waits longer than three seconds for it", async () => {
    const first = ask(one);
    await settled();
    const second = ask(two);
    await settled();
    nowMs += 2999;
    await wake();
    expect(asked).toHaveLength(1);
    nowMs += 1;
    await wake();
    expect(asked.map(({ process }) => process)).toEqual(["one", "two"]);
    asked[1]?.give();
    await expect(second).resolves.toBe("key-2");
    expect(locks()).toHaveLength(1); // the first's, who still is at it
    asked[0]?.give();
    await expect(first).resolves.toBe("key-1");
    await settled();
    expect(locks()).toEqual([]);
  });

  it("and a process that died in it holds nobody up for longer than its lock lasts", async () => {
    void ask(one);
    await settled();
    nowMs += 10_000;
    await expect(got(two)).resolves.toBe("key-2");
    expect(pauses).toEqual([]);
  });

  it("and is not made where another process put it away between two looks", async () => {
    const { lock } = store;
    const late = start("late", {
      store: createSharedStore(
        {
          ...store,
          lock: async (...args) => {
            await got(one);
            return lock(...args);
          },
        },
        { now: () => nowMs, onTrouble: () => {} },
      ),
    });
    await expect(ask(late)).resolves.toBe("key-1");
    await settled();
    expect([asked.length, locks()]).toEqual([1, []]);
  });
});

describe("what is due for renewal", () => {
  const DUE = 54.5 * MINUTE + 1; // five minutes ahead, or a tenth more

  it("is renewed by whoever comes, before any process finds it so in memory", async () => {
    await got(one);
    nowMs = NOW + DUE - 2;
    await expect(ask(two)).resolves.toBe("key-1");
    nowMs = NOW + DUE;
    await expect(got(two)).resolves.toBe("key-2");
    await expect(ask(one)).resolves.toBe("key-2");
    expect(asked).toHaveLength(2);
  });

  it("is used on by the others while one renews it, without waiting", async () => {
    await got(one);
    nowMs = NOW + DUE;
    const renewal = ask(one);
    await settled();
    await expect(ask(two)).resolves.toBe("key-1");
    asked[1]?.give();
    await expect(renewal).resolves.toBe("key-2");
    expect([asked.length, pauses]).toEqual([2, []]);
  });

  it("S2.6 is used on where renewal meets a fault, until it ends", async () => {
    await got(one);
    nowMs = NOW + DUE;
    const renewal = ask(one);
    await settled();
    asked[1]?.refuse("credentials-throttled");
    await expect(renewal).resolves.toBe("key-1");
    expect(lookups).toEqual(["stale"]);
    const last = ask(one);
    await settled();
    nowMs = NOW + 60 * MINUTE;
    asked[2]?.refuse("credentials-throttled");
    await expect(last).rejects.toThrow(refused("credentials-throttled"));
  });

  it("is not renewed with a token that ends when it does", async () => {
    await got(one, callerOf({ expiresAtMs: NOW + 30 * MINUTE }));
    nowMs += 29 * MINUTE;
    await expect(ask(two, callerOf({ expiresAtMs: NOW + 30 * MINUTE }))).resolves.toBe("key-1");
    await expect(got(two)).resolves.toBe("key-2");
  });

  it("has a fifth of its life left, where that is short", async () => {
    const first = ask(one);
    await settled();
    asked[0]?.give(NOW + 10 * MINUTE);
    await first;
    await settled();
    nowMs += 7.7 * MINUTE;
    await expect(ask(two)).resolves.toBe("key-1");
    nowMs += 0.2 * MINUTE;
    await expect(got(two)).resolves.toBe("key-2");
  });
});

describe("S2.6 a denial", () => {
  it("is nobody else's: it is not put away, and no lock is left", async () => {
    await end("credentials-refused");
    expect(store.values.size).toBe(0);
    await expect(got(two)).resolves.toBe("key-2");
  });

  it.each([
    ["a denial", "role-not-granted", undefined],
    ["a role that was taken away", "credentials-unavailable", new AwsError("x", "y", "misconfigured")],
  ] as const)("takes away what is there: %s", async (_what, code, cause) => {
    await got(one);
    nowMs += 56 * MINUTE;
    await end(code, cause);
    expect(store.values.size).toBe(0);
  });

  it("holds up those who wait no longer than it took", async () => {
    const first = ask(one);
    const second = ask(two, long({ token: "another" }));
    await settled();
    asked[0]?.refuse("credentials-refused");
    await expect(first).rejects.toThrow(refused("credentials-refused"));
    await settled();
    await wake();
    asked[1]?.give();
    await expect(second).resolves.toBe("key-2");
  });
});

describe("S2.12 credentials that AWS did not take", () => {
  it("are not found again, and what is got instead takes their place", async () => {
    await got(one);
    const bad = await two(permitOf(), long(), undefined);
    await expect(got(two, long(), permitOf(), bad)).resolves.toBe("key-2");
    await expect(ask(one, long(), permitOf(), bad)).resolves.toBe("key-2");
    expect(asked).toHaveLength(2);
  });

  it("are not used on where others cannot be had", async () => {
    await got(one);
    const bad = await two(permitOf(), long(), undefined);
    const answer = ask(two, long(), permitOf(), bad);
    await settled();
    asked[1]?.refuse("credentials-unavailable");
    await expect(answer).rejects.toThrow(refused("credentials-unavailable"));
  });
});

describe("S2.11 what stands where it was never put", () => {
  const bert = long({ digest: "bert", subject: "bert" });
  it("is another's: two values that were exchanged are nobody's, and are told of", async () => {
    const [annas, berts] = [await nameOf(long()), await nameOf(bert)];
    const [a, b] = [store.values.get(annas)!, store.values.get(berts)!];
    store.values.set(annas, b);
    store.values.set(berts, a);
    await expect(got(two)).resolves.toBe("key-3");
    await expect(got(two, bert)).resolves.toBe("key-4");
    expect(tampered).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ["nothing", ""],
    ["no base64", "!!!"],
    ["an object", '{"accessKeyId":"evil"}'],
    ["zeros", Buffer.alloc(500).toString("base64")],
  ])("is %s, and is told of", async (_what, value) => {
    const name = await nameOf(long());
    store.values.get(name)!.value = value;
    await expect(got(two)).resolves.toBe("key-2");
    expect(tampered).toBeGreaterThan(0);
  });

  it("is sealed for this very place, but says that it is somebody else's", async () => {
    // A caller with the digest of another: what two checks are for.
    await got(one, long());
    await expect(got(two, long({ subject: "bert" }))).resolves.toBe("key-2");
    expect(tampered).toBeGreaterThan(0);
  });
});

describe("a change of keys", () => {
  const [OLD, NEW] = ["old", "new"].map((id, n) => `${id}:${Buffer.alloc(32, n + 5).toString("base64")}`);

  it("finds what was sealed by either key, the one that ends last", async () => {
    const before = start("before", { seal: sealOf(`${OLD}\n${NEW}`) });
    const after = start("after", { seal: sealOf(`${NEW}\n${OLD}`) });
    await got(before);
    await expect(ask(after)).resolves.toBe("key-1");
    nowMs += 56 * MINUTE;
    await expect(got(after)).resolves.toBe("key-2");
    await expect(ask(before)).resolves.toBe("key-2");
    expect([asked.length, tampered]).toEqual([2, 0]);
  });

  it("S2.6 lets a denial take away what was sealed by either", async () => {
    await got(start("before", { seal: sealOf(`${OLD}\n${NEW}`) }));
    nowMs += 56 * MINUTE;
    const answer = ask(start("after", { seal: sealOf(`${NEW}\n${OLD}`) }));
    await settled();
    asked[1]?.refuse("credentials-refused");
    await expect(answer).rejects.toThrow();
    await settled();
    expect(store.values.size).toBe(0);
  });
});

describe("a store in trouble", () => {
  it("is as if there were none", async () => {
    store.failure = () => Promise.reject(new Error("away"));
    await expect(got(one)).resolves.toBe("key-1");
    await expect(got(two)).resolves.toBe("key-2");
    expect(pauses).toEqual([]);
  });

  it("is asked again when it is back", async () => {
    store.failure = () => Promise.reject(new Error("away"));
    await got(one);
    store.failure = undefined;
    nowMs += 1000;
    await got(one);
    await expect(ask(two)).resolves.toBe("key-2");
  });

  it("keeps nobody waiting who waited for another process when it went", async () => {
    void ask(one);
    await settled();
    const waiting = got(two);
    await settled();
    store.failure = () => Promise.reject(new Error("away"));
    await wake();
    asked.at(-1)?.give();
    await expect(waiting).resolves.toBe("key-2");
  });
});
