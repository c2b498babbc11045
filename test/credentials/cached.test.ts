import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AwsError } from "../../src/credentials/aws-error.ts";
import { type CachedBroker, cached, type CacheOptions } from "../../src/credentials/cached.ts";
import type { Caller } from "../../src/domain/caller.ts";
import type { Credentials } from "../../src/domain/credentials.ts";
import type { Permit } from "../../src/domain/decision.ts";
import { Refusal, type RefusalCode } from "../../src/domain/refusal.ts";
import { ADMIN, ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";

const MINUTE = 60_000;

/** An exchange that waits for the test to end it. */
interface Asked {
  readonly permit: Permit;
  readonly caller: Caller;
  readonly refused: Credentials | undefined;
  readonly give: (expiresAtMs?: number) => void;
  readonly refuse: (code: RefusalCode, cause?: unknown) => void;
}

let nowMs: number;
let asked: Asked[];
let lookups: string[];
let broker: CachedBroker;

const start = (options: Partial<CacheOptions> = {}): CachedBroker =>
  cached(
    (permit, caller, refused) =>
      new Promise<Credentials>((resolve, reject) => {
        const number = asked.length + 1;
        asked.push({
          permit,
          caller,
          refused,
          give: (expiresAtMs = nowMs + 60 * MINUTE) =>
            resolve({ accessKeyId: `key-${number}`, secretAccessKey: "s", sessionToken: "t", expiresAtMs }),
          refuse: (code, cause) => reject(new Refusal(code, { cause })),
        });
      }),
    // In the middle of the spread.
    { now: () => nowMs, onLookup: (lookup) => lookups.push(lookup), random: () => 0.5, ...options },
  );

beforeEach(() => {
  nowMs = NOW;
  asked = [];
  lookups = [];
  broker = start();
});

afterEach(() => broker.close());

const ask = async (caller: Caller = callerOf(), permit = permitOf()): Promise<string> =>
  (await broker.obtain(permit, caller)).accessKeyId;
/** Once everything that only waits for promises has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const refused = (code: string) => expect.objectContaining({ name: "Refusal", code });
const long = (more: Partial<Caller> & { token?: string } = {}) =>
  callerOf({ expiresAtMs: NOW + 1e9, ...more });

const isGone = ({ handles }: Pick<Caller, "handles">) => handles.includes("jti:gone");

async function got(caller: Caller = callerOf(), permit = permitOf()): Promise<string> {
  const answer = ask(caller, permit);
  asked.at(-1)?.give();
  return answer;
}

describe("what is remembered", () => {
  it("is given at once, to the same caller in the same role from the same source", async () => {
    await got();
    const again = broker.obtain(permitOf(), callerOf());
    expect(again).toMatchObject({ accessKeyId: "key-1" });
    expect([asked.length, lookups]).toEqual([1, ["miss", "hit"]]);
  });

  it.each([
    ["another person", callerOf({ digest: "bert", subject: "bert" }), permitOf()],
    ["another role", callerOf(), permitOf(ADMIN)],
    ["the pool's choice of role", callerOf(), permitOf("pool")],
    ["another source", callerOf(), permitOf(ANALYST, "other")],
  ])("S2.5 is not given to %s", async (_who, caller, permit) => {
    await got();
    expect(broker.peek(permit, caller)).toBeUndefined();
    await expect(got(caller, permit)).resolves.toBe("key-2");
  });

  it("S2.5 is the same whichever of the caller's tokens is shown", async () => {
    await got();
    await expect(ask(callerOf({ token: "a newer token" }))).resolves.toBe("key-1");
  });

  it("S2.5 does not outlive the login token it was got with, whatever a later token says", async () => {
    await got(callerOf({ expiresAtMs: NOW + MINUTE }));
    const later = long({ token: "later" });
    nowMs = NOW + MINUTE - 1;
    expect(broker.peek(permitOf(), later)).toMatchObject({ accessKeyId: "key-1" });
    nowMs = NOW + MINUTE;
    expect(broker.peek(permitOf(), later)).toBeUndefined();
    const renewed = ask(later);
    asked.at(-1)?.give();
    await expect(renewed).resolves.not.toBe("key-1");
  });

  it("ends with the credentials", async () => {
    await got(long());
    nowMs += 60 * MINUTE - 1;
    expect(broker.peek(permitOf(), long())).toBeDefined();
    nowMs += 1;
    expect(broker.peek(permitOf(), long())).toBeUndefined();
  });

  it("is bounded: who came longest ago is asked for anew", async () => {
    broker = start({ maxCallers: 2 });
    for (const name of ["a", "b", "c"]) await got(callerOf({ digest: name }));
    const at = (digest: string) => broker.peek(permitOf(), callerOf({ digest }))?.accessKeyId;
    expect(["a", "b", "c"].map(at)).toEqual([undefined, "key-2", "key-3"]);
  });

  it("is looked at without an exchange, without being counted", () => {
    expect(broker.peek(permitOf(), callerOf())).toBeUndefined();
    expect([asked, lookups]).toEqual([[], []]);
  });
});

describe("one exchange serves all who ask at once", () => {
  it("were they a thousand", async () => {
    const answers = Array.from({ length: 1000 }, () => ask());
    await settled();
    expect(asked).toHaveLength(1);
    asked[0]?.give();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["key-1"]));
  });

  it("but never two callers, or two roles", async () => {
    const answers = [ask(), ask(callerOf({ digest: "bert" })), ask(callerOf(), permitOf(ADMIN))];
    await settled();
    expect(asked).toHaveLength(3);
    for (const one of asked) one.give();
    await expect(Promise.all(answers)).resolves.toEqual(["key-1", "key-2", "key-3"]);
  });

  it("and its fault is everybody's, and nobody's for long", async () => {
    const answers = Promise.allSettled([ask(), ask(callerOf({ token: "other" }))]);
    await settled();
    asked[0]?.refuse("credentials-unavailable");
    for (const end of await answers)
      expect(end).toMatchObject({ reason: { code: "credentials-unavailable" } });
    expect(asked).toHaveLength(1);
    await expect(got()).resolves.toBe("key-2");
  });

  it("and a broker that throws at once leaves nothing behind", async () => {
    let attempts = 0;
    broker = cached(
      () => {
        attempts++;
        throw new Refusal("credentials-throttled");
      },
      { now: () => nowMs, onLookup: () => {} },
    );
    await expect(ask()).rejects.toThrow(refused("credentials-throttled"));
    await expect(ask()).rejects.toThrow(refused("credentials-throttled"));
    expect(attempts).toBe(2);
  });
});

describe("S2.6 a denial is about one token", () => {
  it("so those who wait with another ask for themselves, once for all of them", async () => {
    const leader = ask(callerOf({ token: "revoked" }));
    const sameToken = ask(callerOf({ token: "revoked" }));
    const others = Array.from({ length: 500 }, () => ask(callerOf({ token: "good" })));
    await settled();
    asked[0]?.refuse("credentials-refused");
    await expect(leader).rejects.toThrow(refused("credentials-refused"));
    await expect(sameToken).rejects.toThrow(refused("credentials-refused"));
    await settled();
    expect(asked.map(({ caller }) => caller.login?.token)).toEqual(["revoked", "good"]);
    asked[1]?.give();
    expect(new Set(await Promise.all(others))).toEqual(new Set(["key-2"]));
  });

  it("so each of three tokens is asked for in turn", async () => {
    const ends = ["a", "b", "c"].map((token) => ask(callerOf({ token })));
    await settled();
    asked[0]?.refuse("credentials-refused");
    await expect(ends[0]).rejects.toThrow();
    await settled();
    asked[1]?.refuse("role-mismatch");
    await expect(ends[1]).rejects.toThrow(refused("role-mismatch"));
    await settled();
    asked[2]?.give();
    await expect(ends[2]).resolves.toBe("key-3");
  });

  it.each(["role-not-granted", "role-mismatch", "credentials-refused"] as const)(
    "so %s is remembered for the token that met it, for five seconds",
    async (code) => {
      const first = ask();
      asked[0]?.refuse(code);
      await expect(first).rejects.toThrow(refused(code));
      nowMs += 4999;
      await expect(ask()).rejects.toThrow(refused(code));
      expect(asked).toHaveLength(1);
      nowMs += 1;
      await expect(got()).resolves.toBe("key-2");
    },
  );

  it("so two bad tokens in turn make two exchanges, not one each time", async () => {
    for (const token of ["x", "y"]) {
      const end = ask(callerOf({ token }));
      asked.at(-1)?.refuse("credentials-refused");
      await expect(end).rejects.toThrow();
    }
    for (const token of ["x", "y", "x", "y"]) await expect(ask(callerOf({ token }))).rejects.toThrow();
    expect(asked).toHaveLength(2);
  });

  it("and another token is tried at once", async () => {
    const first = ask();
    asked[0]?.refuse("credentials-refused");
    await expect(first).rejects.toThrow();
    await expect(got(callerOf({ token: "other" }))).resolves.toBe("key-2");
  });

  it("but faults are not remembered", async () => {
    for (const code of ["credentials-unavailable", "credentials-throttled"] as const) {
      const end = ask();
      asked.at(-1)?.refuse(code);
      await expect(end).rejects.toThrow(refused(code));
    }
    await expect(got()).resolves.toBe("key-3");
  });

  it("and what no token can change is not asked again and again either", async () => {
    const end = ask();
    asked[0]?.refuse(
      "credentials-unavailable",
      new AwsError("GetCredentialsForIdentity", "X", "misconfigured"),
    );
    await expect(end).rejects.toThrow();
    await expect(ask()).rejects.toThrow(refused("credentials-unavailable"));
    expect(asked).toHaveLength(1);
  });
});

describe("renewal", () => {
  it("begins five minutes before the end, once, and nobody waits for it", async () => {
    await got(long());
    nowMs += 55 * MINUTE - 1;
    await ask(long());
    expect(asked).toHaveLength(1);
    nowMs += 1;
    await expect(Promise.all([ask(long()), ask(long()), ask(long())])).resolves.toEqual([
      "key-1",
      "key-1",
      "key-1",
    ]);
    expect(asked).toHaveLength(2);
    asked[1]?.give();
    await settled();
    await expect(ask(long())).resolves.toBe("key-2");
    expect(lookups.filter((lookup) => lookup === "refresh")).toHaveLength(1);
  });

  it("waits for the last fifth of a short life", async () => {
    const first = ask(long());
    asked[0]?.give(nowMs + 10 * MINUTE);
    await first;
    nowMs += 8 * MINUTE - 1;
    await ask(long());
    expect(asked).toHaveLength(1);
    nowMs += 1;
    await ask(long());
    expect(asked).toHaveLength(2);
  });

  it("is not tried for a caller who is gone", async () => {
    await got(long());
    nowMs += 59 * MINUTE;
    await settled();
    expect(asked).toHaveLength(1);
  });

  it("is not tried with a token that ends when the entry does", async () => {
    await got(callerOf({ expiresAtMs: NOW + 30 * MINUTE }));
    nowMs += 29 * MINUTE;
    await ask(callerOf({ expiresAtMs: NOW + 30 * MINUTE }));
    expect(asked).toHaveLength(1);
    await ask(long({ token: "later" }));
    expect(asked).toHaveLength(2);
  });

  it("S2.6 that meets a fault leaves the old credentials in use until they end, and is tried again", async () => {
    await got(long());
    nowMs += 56 * MINUTE;
    await expect(ask(long())).resolves.toBe("key-1");
    asked[1]?.refuse("credentials-unavailable");
    await settled();
    expect(lookups.at(-1)).toBe("stale");
    await expect(ask(long())).resolves.toBe("key-1");
    expect(asked).toHaveLength(2);
    nowMs += 5000;
    await ask(long());
    expect(asked).toHaveLength(3);
    asked[2]?.refuse("credentials-throttled");
    await settled();
    nowMs = NOW + 60 * MINUTE;
    expect(broker.peek(permitOf(), long())).toBeUndefined();
  });

  it.each([
    ["a denial", "credentials-refused", undefined],
    ["another role than was named", "role-mismatch", undefined],
    ["a role that was taken away", "credentials-unavailable", new AwsError("x", "y", "misconfigured")],
  ] as const)("S2.6 that meets %s ends the old credentials at once", async (_what, code, cause) => {
    await got(long());
    nowMs += 56 * MINUTE;
    await ask(long());
    asked[1]?.refuse(code, cause);
    await settled();
    expect(broker.peek(permitOf(), long())).toBeUndefined();
    await expect(ask(long())).rejects.toThrow(refused(code));
    expect(lookups).not.toContain("stale");
  });
});

describe("S2.12 credentials that AWS does not take", () => {
  it("are dropped, and whoever asks again gets others: the broker is told which are not wanted", async () => {
    await got(long());
    nowMs += 2 * MINUTE;
    const old = broker.peek(permitOf(), long())!;
    expect(broker.drop(permitOf(), long(), old)).toBe(true);
    await expect(got(long())).resolves.toBe("key-2");
    expect(asked.map(({ refused }) => refused?.accessKeyId)).toEqual([undefined, "key-1"]);
  });

  it("are dropped once for all the requests that were sent with them", async () => {
    await got(long());
    nowMs += 2 * MINUTE;
    const old = broker.peek(permitOf(), long())!;
    const answers = Array.from({ length: 100 }, () => {
      expect(broker.drop(permitOf(), long(), old)).toBe(true);
      return ask(long());
    });
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]?.give();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["key-2"]));
    // The same word about the new ones is not believed again.
    expect(broker.drop(permitOf(), long(), broker.peek(permitOf(), long())!)).toBe(false);
  });

  it("stay where they were got less than a minute ago", async () => {
    await got(long());
    expect(broker.drop(permitOf(), long(), broker.peek(permitOf(), long())!)).toBe(false);
    await expect(ask(long())).resolves.toBe("key-1");
  });
});

describe("S1.6 revoked callers", () => {
  it("lose what is at hand for them, and nobody else does", async () => {
    const gone = callerOf({ digest: "gone", handles: ["jti:gone"] });
    await got(gone);
    await got(callerOf());
    broker.forget(isGone);
    expect(broker.peek(permitOf(), gone)).toBeUndefined();
    expect(broker.peek(permitOf(), callerOf())).toBeDefined();
  });

  it("lose what is under way for them too: nobody joins it, and it is not kept", async () => {
    const first = ask(callerOf({ handles: ["jti:gone"] }));
    await settled();
    broker.forget(isGone);
    const second = ask(callerOf({ token: "newer", handles: ["jti:newer"] }));
    await settled();
    expect(asked).toHaveLength(2);
    asked[0]?.give();
    await expect(first).resolves.toBe("key-1");
    expect(broker.peek(permitOf(), callerOf())).toBeUndefined();
    const third = ask();
    asked[1]?.give();
    await expect(Promise.all([second, third])).resolves.toEqual(["key-2", "key-2"]);
    expect([asked.length, broker.peek(permitOf(), callerOf())?.accessKeyId]).toEqual([2, "key-2"]);
  });
});
