import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKeySource, type KeySet, type KeySource, readKeySet } from "../../src/identity/jwks.ts";
import { keySetOf, makeKey, NOW } from "../support/signed-tokens.ts";

const one = makeKey("one");
const two = makeKey("two");
const refused = expect.objectContaining({ name: "Refusal", code: "keys-unavailable" });

describe("readKeySet", () => {
  it("keeps what can verify RS256, and nothing that it does not know of a key", () => {
    const { keys } = readKeySet(
      JSON.stringify({ keys: [{ ...one.jwk, x5c: ["evil"], key_ops: ["sign"] }, two.jwk] }),
    );
    expect(keys.map(({ kid }) => kid)).toEqual(["one", "two"]);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
  });

  it.each([
    ["for encryption", { use: "enc" }],
    ["for no stated use", { use: undefined }],
    ["of another algorithm", { alg: "RS512" }],
    ["of no stated algorithm", { alg: undefined }],
    ["of a secret kind", { kty: "oct", k: "c2VjcmV0" }],
    ["without a kid", { kid: undefined }],
    ["with an empty kid", { kid: "" }],
    ["with a kid of 129 characters", { kid: "k".repeat(129) }],
    ["without a modulus", { n: undefined }],
    ["with a modulus that is no number", { n: "" }],
  ])("S1.8 leaves out a key %s", (_what, change) => {
    const text = JSON.stringify({ keys: [two.jwk, { ...one.jwk, ...change }] });
    expect(readKeySet(text).keys.map(({ kid }) => kid)).toEqual(["two"]);
  });

  it("S1.8 leaves out a key shorter than 2048 bits", () => {
    expect(() => readKeySet(keySetOf(makeKey("short", 1024)))).toThrow(refused);
  });

  it.each([
    [
      "more than 20 keys",
      JSON.stringify({ keys: Array.from({ length: 21 }, (_, i) => ({ ...one.jwk, kid: `k${i}` })) }),
    ],
    ["more than 64 KB", JSON.stringify({ keys: [one.jwk], filler: "x".repeat(64 * 1024) })],
    [
      "more than 64 KB of fewer characters",
      JSON.stringify({ keys: [one.jwk], filler: "€".repeat(22 * 1024) }),
    ],
    ["one key id for two keys", JSON.stringify({ keys: [one.jwk, { ...two.jwk, kid: "one" }] })],
    ["no usable key", JSON.stringify({ keys: [] })],
    ["a list for a document", JSON.stringify([one.jwk])],
    ["null", "null"],
    ["a gateway's page", "<html>504</html>"],
    ["nothing", ""],
  ])("S1.8 refuses a key set of %s", (_what, text) => {
    expect(() => readKeySet(text)).toThrow(refused);
  });

  it("tells a key from another under the same id", () => {
    const first = readKeySet(keySetOf(one));
    const second = readKeySet(JSON.stringify({ keys: [{ ...two.jwk, kid: "one" }] }));
    expect(first.thumbprint("one")).toBe(readKeySet(keySetOf(two, one)).thumbprint("one"));
    expect(first.thumbprint("one")).not.toBe(second.thumbprint("one"));
    expect(first.thumbprint("two")).toBeUndefined();
  });
});

const fail = async (): Promise<string> => {
  throw new Error("away");
};

describe("createKeySource", () => {
  let answer: () => Promise<string>;
  let calls: number;
  let failures: unknown[];
  let changes: KeySet[];
  let source: KeySource;

  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    calls = 0;
    failures = [];
    changes = [];
    answer = async () => keySetOf(one);
    source = createKeySource({
      fetch: () => {
        calls++;
        return answer();
      },
      onChange: (keys) => changes.push(keys),
      onFailure: (error) => failures.push(error),
      now: Date.now,
    });
  });
  afterEach(() => {
    source.stop();
    vi.useRealTimers();
  });

  const kids = () => source.current()?.keys.map(({ kid }) => kid);

  it("fetches nothing before it is asked to", async () => {
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect([calls, source.current(), source.ageMs()]).toEqual([0, undefined, undefined]);
  });

  it("joins all who ask at once into one fetch", async () => {
    await Promise.all(Array.from({ length: 50 }, () => source.refresh()));
    expect([calls, changes.length, kids()]).toEqual([1, 1, ["one"]]);
    await source.refresh();
    expect(calls).toBe(2);
  });

  it("fetches again each hour, so that a withdrawn key goes", async () => {
    await source.refresh();
    answer = async () => keySetOf(two);
    await vi.advanceTimersByTimeAsync(3_599_000);
    expect([calls, source.ageMs()]).toEqual([1, 3_599_000]);
    await vi.advanceTimersByTimeAsync(6000);
    expect([calls, kids()]).toEqual([2, ["two"]]);
  });

  it("keeps the last good keys while fetching fails, tells each failure, and tries on", async () => {
    await source.refresh();
    answer = fail;
    await vi.advanceTimersByTimeAsync(3_620_000);
    expect(kids()).toEqual(["one"]);
    expect(failures.length).toBeGreaterThan(2);
    answer = async () => keySetOf(two);
    await vi.advanceTimersByTimeAsync(5000);
    expect(kids()).toEqual(["two"]);
  });

  it("keeps the last good keys when what comes is no key set", async () => {
    await source.refresh();
    answer = async () => "<html>";
    await expect(source.refresh()).resolves.toBe(false);
    expect([kids(), failures]).toEqual([["one"], [refused]]);
  });

  it("tries again soon after a first fetch that failed", async () => {
    answer = fail;
    await expect(source.refresh()).resolves.toBe(false);
    answer = async () => keySetOf(one);
    await vi.advanceTimersByTimeAsync(5000);
    expect(kids()).toEqual(["one"]);
  });

  it("asks the issuer once in ten seconds, however many bogus key ids come", async () => {
    await source.refresh();
    for (let i = 0; i < 1000; i++) await source.refresh(10_000);
    expect(calls).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    for (let i = 0; i < 1000; i++) await source.refresh(10_000);
    expect(calls).toBe(2);
  });

  it("tells those whom it does not ask for how the last attempt ended", async () => {
    await source.refresh();
    await expect(source.refresh(10_000)).resolves.toBe(true);
    answer = fail;
    await source.refresh();
    await expect(source.refresh(10_000)).resolves.toBe(false);
  });

  it("goes on when the clock is set back", async () => {
    await source.refresh();
    vi.setSystemTime(NOW - 86_400_000);
    await source.refresh(10_000);
    expect([calls, source.ageMs()]).toEqual([2, 0]);
  });

  it("does not use keys that the verifier could not take over", async () => {
    const broken = createKeySource({
      fetch: async () => keySetOf(one),
      onChange: () => {
        throw new Error("not these");
      },
      onFailure: (error) => failures.push(error),
      now: Date.now,
    });
    await expect(broken.refresh()).resolves.toBe(false);
    expect([broken.current(), failures.length]).toEqual([undefined, 1]);
    broken.stop();
  });

  it("goes on after a fetch that throws before it promises anything", async () => {
    answer = () => {
      throw new Error("at once");
    };
    await expect(source.refresh()).resolves.toBe(false);
    answer = async () => keySetOf(one);
    await expect(source.refresh()).resolves.toBe(true);
  });

  it("fetches on no schedule that was stopped before it began", async () => {
    source.stop();
    await source.refresh();
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(calls).toBe(1);
  });

  it("fetches on no schedule once it is stopped", async () => {
    await source.refresh();
    source.stop();
    await vi.advanceTimersByTimeAsync(86_400_000);
    await source.refresh();
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(calls).toBe(2);
  });
});
