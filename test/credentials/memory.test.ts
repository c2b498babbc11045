import { beforeEach, describe, expect, it } from "vitest";
import {
  createMemory,
  type Memory,
  type MemoryOptions,
  type Wish,
  wishOf,
} from "../../src/credentials/memory.ts";
import type { Credentials } from "../../src/domain/credentials.ts";
import type { RoleSession } from "../../src/domain/decision.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";

const MINUTE = 60_000;

const keys = (name: string, expiresAtMs = NOW + 60 * MINUTE): Credentials => ({
  accessKeyId: name,
  secretAccessKey: "s",
  sessionToken: `token of ${name}`,
  expiresAtMs,
});
const sessionOf = (digest: string): RoleSession => ({
  name: "anna",
  sourceIdentity: undefined,
  tags: [],
  policy: undefined,
  durationSeconds: 3600,
  digest,
});
const wish = wishOf(permitOf(), callerOf());
const machine = (tokenDigest: string) =>
  wishOf(permitOf(), callerOf({ kind: "machine", login: undefined, tokenDigest }));
const wishes = (...digests: readonly string[]) =>
  digests.map((digest) => wishOf(permitOf(), callerOf({ digest })));

let nowMs: number;
let memory: Memory;
const start = (more: Partial<MemoryOptions> = {}): Memory =>
  createMemory({
    now: () => nowMs,
    maxCallers: 100,
    refreshAheadMs: 5 * MINUTE,
    random: () => 0.5,
    ...more,
  });

beforeEach(() => {
  nowMs = NOW;
  memory = start();
});

describe("a list of what is at hand", () => {
  it("has those first that were used last, and so many as are wanted", () => {
    const [a, b, c] = wishes("a", "b", "c") as [Wish, Wish, Wish];
    for (const one of [a, b, c]) memory.keep(one, keys(one.caller.digest));
    memory.find(a);
    expect(memory.list(2).map(({ callerDigest }) => callerDigest)).toEqual(["a", "c"]);
  });

  it("opens nothing, and to be listed is no use", () => {
    const [a] = wishes("a") as [Wish];
    memory.keep(a, keys("ASIAEXAMPLE"));
    nowMs += MINUTE;
    const list = memory.list(10);
    expect(list).toEqual([
      {
        callerDigest: "a",
        kind: "user",
        issuer: a.caller.issuer,
        role: a.permit.role,
        gotAtMs: NOW,
        usedAtMs: NOW,
        endsAtMs: NOW + 60 * MINUTE,
        assumedRoleArn: undefined,
      },
    ]);
    expect(JSON.stringify(list)).not.toMatch(/ASIA|token of/);
  });
});

describe("wishOf", () => {
  it("S2.5 has no two wishes under one key", () => {
    const all = [
      wishOf(permitOf("r", "s"), callerOf()),
      wishOf(permitOf("c", "a b"), callerOf()),
      wishOf(permitOf("b c", "a"), callerOf()),
      wishOf(permitOf("r", "s"), callerOf({ digest: "bert" })),
      wishOf({ ...permitOf("r", "s"), session: sessionOf("one") }, callerOf()),
      wishOf({ ...permitOf("r", "s"), session: sessionOf("two") }, callerOf()),
    ].map(({ key }) => key);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("a denial", () => {
  it("is one of so many that are remembered", () => {
    memory = start({ maxCallers: 2 });
    const three = ["a", "b", "c"].map((token) => wishOf(permitOf(), callerOf({ token })));
    for (const one of three) memory.deny(one, new Refusal("credentials-refused"));
    expect(three.map((one) => memory.findDenial(one)?.code)).toEqual([
      undefined,
      "credentials-refused",
      "credentials-refused",
    ]);
  });

  it("S2.6 is held against one token only", () => {
    memory.deny(wish, new Refusal("credentials-refused"));
    expect(memory.findDenial({ ...wish, caller: callerOf({ token: "another" }) })).toBeUndefined();
    expect(memory.findDenial(wish)?.code).toBe("credentials-refused");
  });

  it("S2.6 tells the tokens of callers apart who have no login", () => {
    memory.deny(machine("one"), new Refusal("credentials-refused"));
    expect(memory.findDenial(machine("two"))).toBeUndefined();
    expect(memory.findDenial(machine("one"))?.code).toBe("credentials-refused");
  });

  it("makes what was got forgotten", () => {
    memory.keep(wish, keys("a"));
    expect(memory.find(wish)?.credentials).toMatchObject({ accessKeyId: "a" });
    memory.deny(wish, new Refusal("role-mismatch"));
    expect(memory.find(wish)).toBeUndefined();
  });
});

describe("renewal", () => {
  it.each([
    [0, 4.5],
    [0.5, 5],
    [1, 5.5],
  ])("is due a tenth earlier or later than configured, by chance (%d)", (chance, aheadMinutes) => {
    memory = start({ random: () => chance });
    memory.keep(wish, keys("a"));
    expect(memory.find(wish)?.refreshAtMs).toBeCloseTo(NOW + (60 - aheadMinutes) * MINUTE, 3);
  });

  it("is due by how long the credentials live, not by how long they have been here", () => {
    memory.keep(wish, { ...keys("a", NOW + 10 * MINUTE), gotAtMs: NOW - 50 * MINUTE });
    expect(memory.find(wish)?.refreshAtMs).toBe(NOW + 5 * MINUTE);
  });

  it("that brings the same credentials is none", () => {
    memory.keep(wish, keys("a"));
    nowMs += 58 * MINUTE;
    const entry = memory.find(wish)!;
    entry.refreshAtMs = nowMs + 5000;
    memory.keep(wish, { ...keys("a"), gotAtMs: NOW });
    expect(memory.find(wish)).toBe(entry);
  });

  it("that brings the same credentials is one, where they had ended with the token", () => {
    const [short, long] = [NOW + MINUTE, NOW + 90 * MINUTE].map((expiresAtMs) =>
      wishOf(permitOf(), callerOf({ expiresAtMs })),
    );
    memory.keep(short!, keys("a"));
    nowMs += MINUTE;
    expect(memory.find(wish)).toBeUndefined();
    memory.keep(long!, keys("a"));
    expect(memory.find(wish)?.endsAtMs).toBe(NOW + 60 * MINUTE);
  });
});

describe("S2.12 credentials that AWS does not take", () => {
  it("are forgotten when they are older than a minute, and asking again makes sense", () => {
    memory.keep(wish, keys("a"));
    nowMs += MINUTE + 1;
    expect(memory.drop(wish, keys("a"))).toBe(true);
    expect(memory.find(wish)).toBeUndefined();
    expect(memory.findDropped(wish)).toMatchObject({ accessKeyId: "a" });
  });

  it("stay where they are a minute old or less, since new ones would end the same way", () => {
    memory.keep(wish, keys("a"));
    nowMs += MINUTE;
    expect(memory.drop(wish, keys("a"))).toBe(false);
    expect(memory.find(wish)).toBeDefined();
    expect(memory.findDropped(wish)).toBeUndefined();
  });

  it("are as old as AWS made them, wherever they came from", () => {
    memory.keep(wish, { ...keys("a"), gotAtMs: NOW - 2 * MINUTE });
    expect(memory.drop(wish, keys("a"))).toBe(true);
  });

  it("are dropped once a minute, however old", () => {
    memory.keep(wish, keys("a"));
    nowMs += MINUTE + 1;
    expect(memory.drop(wish, keys("a"))).toBe(true);
    memory.keep(wish, { ...keys("b"), gotAtMs: NOW });
    nowMs += MINUTE - 1;
    expect(memory.drop(wish, keys("b"))).toBe(false);
    expect(memory.find(wish)).toBeDefined();
    nowMs += 1;
    expect(memory.drop(wish, keys("b"))).toBe(true);
  });

  it("take nothing from whoever has renewed meanwhile: asking again gives those", () => {
    memory.keep(wish, keys("b"));
    expect(memory.drop(wish, keys("a"))).toBe(true);
    expect(memory.find(wish)?.credentials).toMatchObject({ accessKeyId: "b" });
  });

  it("are dropped once for all who used them, and all may ask again", () => {
    memory.keep(wish, keys("a"));
    nowMs += MINUTE + 1;
    expect([memory.drop(wish, keys("a")), memory.drop(wish, keys("a"))]).toEqual([true, true]);
  });

  it("are not asked for again where they went for another reason", () => {
    memory.keep(wish, keys("a"));
    nowMs += 2 * MINUTE;
    memory.deny(wish, new Refusal("credentials-refused"));
    expect(memory.drop(wish, keys("a"))).toBe(false);
  });

  it("say nothing of another role's", () => {
    const admin = wishOf(permitOf("admin"), callerOf());
    memory.keep(wish, keys("a"));
    memory.keep(admin, keys("a"));
    nowMs += 2 * MINUTE;
    memory.drop(wish, keys("a"));
    expect(memory.find(admin)).toBeDefined();
    expect(memory.findDropped(admin)).toBeUndefined();
  });
});

describe("S1.6 what was got for a caller who is revoked", () => {
  it("is forgotten, and nobody else's", () => {
    const [anna, bert] = ["anna", "bert"].map((name) =>
      wishOf(permitOf(), callerOf({ digest: name, handles: [`sub:staff/${name}`, `jti:${name}`] })),
    );
    memory.keep(anna!, keys("a"));
    memory.keep(bert!, keys("b"));
    memory.forget(({ handles }) => handles.includes("jti:anna"));
    expect(memory.find(anna!)).toBeUndefined();
    expect(memory.find(bert!)).toBeDefined();
  });
});

describe("the sweep", () => {
  it("forgets what has ended, whoever used it", () => {
    const [short, long] = wishes("short", "long");
    memory.keep(short!, keys("a", NOW + MINUTE));
    memory.keep(long!, keys("b"));
    memory.find(short!);
    nowMs += MINUTE;
    memory.sweep();
    nowMs = NOW;
    expect(memory.find(short!)).toBeUndefined();
    expect(memory.find(long!)).toBeDefined();
  });

  it("forgets what nobody has used for an hour", () => {
    const late = NOW + 600 * MINUTE;
    const [used, idle] = ["used", "idle"].map((digest) =>
      wishOf(permitOf(), callerOf({ digest, expiresAtMs: late })),
    );
    for (const one of [used!, idle!]) memory.keep(one, keys("a", late));
    nowMs += 59 * MINUTE;
    memory.sweep();
    expect(memory.find(used!)).toBeDefined();
    nowMs += MINUTE;
    memory.sweep();
    expect(memory.find(used!)).toBeDefined();
    expect(memory.find(idle!)).toBeUndefined();
  });

  it("forgets many at once, from either end of what is remembered", () => {
    const all = wishes(...Array.from({ length: 50 }, (_, i) => String(i)));
    for (const [i, one] of all.entries()) memory.keep(one, keys("a", NOW + (i % 7 === 3 ? 60 : 1) * MINUTE));
    nowMs += MINUTE;
    memory.sweep();
    nowMs = NOW;
    const left = all.flatMap((one, i) => (memory.find(one) === undefined ? [] : [i]));
    expect(left).toEqual([3, 10, 17, 24, 31, 38, 45]);
  });
});
