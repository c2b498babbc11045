import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type KeySet, readKeySet } from "../../src/identity/jwks.ts";
import { createKeySource, type KeySource } from "../../src/identity/key-source.ts";
import { keySetOf, makeKey, NOW } from "../support/signed-tokens.ts";

const ONE = readKeySet(keySetOf(makeKey("one")));
const TWO = readKeySet(keySetOf(makeKey("two")));

let answer: () => Promise<KeySet>;
/** When each fetch began. */
let calls: number[];
let failures: unknown[];
let changes: KeySet[];
let source: KeySource;

const make = (more: { readonly intervalMs?: number; readonly onChange?: () => void } = {}): KeySource =>
  createKeySource({
    fetch: () => {
      calls.push(Date.now() - NOW);
      return answer();
    },
    onChange: (keys) => changes.push(keys),
    onFailure: (error) => failures.push(error),
    now: Date.now,
    ...more,
  });

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  calls = [];
  failures = [];
  changes = [];
  answer = async () => ONE;
  source = make();
});
afterEach(() => {
  source.stop();
  vi.useRealTimers();
});

const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const fail = async (): Promise<KeySet> => {
  throw new Error("away");
};
const later = (keys: KeySet, ms: number) => async () => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return keys;
};
/** How a search ends: the code of its refusal, or that the key is there. */
const outcomeOf = (search: Promise<void>): Promise<string> =>
  search.then(
    () => "found",
    (error: { code: string }) => error.code,
  );

describe("createKeySource", () => {
  it("fetches nothing before it is asked to", async () => {
    await advance(86_400_000);
    expect([calls, source.current(), source.ageMs()]).toEqual([[], undefined, undefined]);
  });

  it("joins all who ask at once into one fetch", async () => {
    await Promise.all(Array.from({ length: 50 }, () => source.refresh()));
    expect([calls, changes, source.current()]).toEqual([[0], [ONE], ONE]);
    await source.refresh();
    expect(calls).toHaveLength(2);
  });

  it("fetches again each hour, so that a withdrawn key goes", async () => {
    await source.refresh();
    answer = async () => TWO;
    await advance(3_599_000);
    expect([calls, source.ageMs()]).toEqual([[0], 3_599_000]);
    await advance(6000);
    expect([calls.length, source.current()]).toEqual([2, TWO]);
  });

  it("fetches as often as it is told to", async () => {
    source = make({ intervalMs: 1000 });
    await source.refresh();
    answer = async () => TWO;
    await advance(1000);
    expect([calls, source.current()]).toEqual([[0, 1000], TWO]);
  });

  it("keeps the last good keys while fetching fails, tells each failure, and tries on", async () => {
    await source.refresh();
    answer = fail;
    await advance(3_620_000);
    expect([source.current(), source.ageMs()]).toEqual([ONE, 3_620_000]);
    expect(failures.length).toBeGreaterThan(2);
    answer = async () => TWO;
    await advance(5000);
    expect(source.current()).toBe(TWO);
  });

  it("tries again soon after a first fetch that failed", async () => {
    answer = fail;
    await source.refresh();
    expect([source.current(), failures.length]).toEqual([undefined, 1]);
    answer = async () => ONE;
    await advance(5000);
    expect(source.current()).toBe(ONE);
  });

  it("goes on when the clock is set back", async () => {
    await source.refresh();
    vi.setSystemTime(NOW - 86_400_000);
    await advance(5000);
    expect([calls.length, source.ageMs()]).toEqual([2, 0]);
  });

  it("does not use keys that the verifier could not take over", async () => {
    source = make({
      onChange: () => {
        throw new Error("not these");
      },
    });
    await source.refresh();
    expect([source.current(), failures.length]).toEqual([undefined, 1]);
  });

  it("goes on after a fetch that throws before it promises anything", async () => {
    answer = () => {
      throw new Error("at once");
    };
    await source.refresh();
    answer = async () => ONE;
    await source.refresh();
    expect(source.current()).toBe(ONE);
  });

  it("fetches on no schedule that was stopped before it began", async () => {
    source.stop();
    await source.refresh();
    await advance(86_400_000);
    expect(calls).toHaveLength(1);
  });

  it("fetches on no schedule once it is stopped", async () => {
    await source.refresh();
    source.stop();
    await advance(86_400_000);
    expect([calls.length, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

describe("seek", () => {
  it("brings a key that was published meanwhile, at once where the last fetch is past", async () => {
    await source.refresh();
    answer = async () => TWO;
    await advance(1000);
    await expect(outcomeOf(source.seek("two"))).resolves.toBe("found");
    expect([calls, source.current()]).toEqual([[0, 1000], TWO]);
  });

  it("waits for a fetch that begins within a second of the last, which all share", async () => {
    await source.refresh();
    answer = async () => TWO;
    await advance(200);
    const all = Promise.all(Array.from({ length: 50 }, () => outcomeOf(source.seek("two"))));
    await advance(799);
    expect(calls).toEqual([0]);
    await advance(1);
    expect(new Set(await all)).toEqual(new Set(["found"]));
    expect(calls).toEqual([0, 1000]);
  });

  it("refuses a key that is not published, and for ten seconds refuses it at once", async () => {
    await source.refresh();
    await advance(1000);
    await expect(outcomeOf(source.seek("bogus"))).resolves.toBe("token-signature");
    await advance(9999);
    await expect(outcomeOf(source.seek("bogus"))).resolves.toBe("token-signature");
    expect(calls).toEqual([0, 1000]);
    await advance(1);
    await expect(outcomeOf(source.seek("bogus"))).resolves.toBe("token-signature");
    expect(calls).toEqual([0, 1000, 11_000]);
  });

  it("makes no more than one call a second, however many bogus keys are asked for", async () => {
    await source.refresh();
    const outcomes: Promise<string>[] = [];
    for (let i = 0; i < 1000; i++) {
      outcomes.push(outcomeOf(source.seek(`bogus-${i}`)));
      await advance(10);
    }
    await advance(1000);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["token-signature", "keys-unavailable"]));
    const gaps = calls.slice(1).map((at, i) => at - (calls[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(calls.length).toBeLessThanOrEqual(12);
  });

  it("lets a bogus key delay no real rotation by more than a second", async () => {
    await source.refresh();
    await advance(1000);
    await expect(outcomeOf(source.seek("bogus"))).resolves.toBe("token-signature");
    answer = async () => TWO;
    const real = outcomeOf(source.seek("two"));
    await advance(1000);
    await expect(real).resolves.toBe("found");
  });

  it("looks for no more than 64 keys at once, and for new ones when those are gone", async () => {
    await source.refresh();
    const waiting = Array.from({ length: 64 }, (_, i) => outcomeOf(source.seek(`bogus-${i}`)));
    await expect(outcomeOf(source.seek("two"))).resolves.toBe("keys-unavailable");
    answer = async () => TWO;
    await advance(1000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["token-signature"]));
    const after = outcomeOf(source.seek("two"));
    await advance(1000);
    await expect(after).resolves.toBe("found");
  });

  it("lets many wait for one key, as after a rotation, and holds no more than 500 in all", async () => {
    for (const round of ["first", "second"]) {
      answer = async () => ONE;
      await source.refresh();
      answer = async () => TWO;
      const waiting = Array.from({ length: 499 }, () => outcomeOf(source.seek("two")));
      const bogus = outcomeOf(source.seek(`bogus of the ${round}`));
      await expect(outcomeOf(source.seek("two"))).resolves.toBe("keys-unavailable");
      await advance(1000);
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(["found"]));
      await expect(bogus).resolves.toBe("token-signature");
      await advance(1000);
    }
  });

  it("takes what a fetch under way brings", async () => {
    answer = later(TWO, 3000);
    void source.refresh();
    const search = outcomeOf(source.seek("two"));
    await advance(3000);
    await expect(search).resolves.toBe("found");
    expect(calls).toEqual([0]);
  });

  it("takes no key for absent because a fetch that had begun before did not bring it", async () => {
    answer = later(ONE, 3000);
    void source.refresh();
    await advance(100);
    const search = outcomeOf(source.seek("two"));
    answer = async () => TWO;
    await advance(2900);
    await expect(search).resolves.toBe("found");
    expect(calls).toEqual([0, 3000]);
  });

  it("blames no token while the issuer cannot be asked, and remembers nothing of it", async () => {
    await source.refresh();
    await advance(1000);
    answer = fail;
    await expect(outcomeOf(source.seek("two"))).resolves.toBe("keys-unavailable");
    answer = async () => TWO;
    const again = outcomeOf(source.seek("two"));
    await advance(1000);
    await expect(again).resolves.toBe("found");
  });

  it("lets those go who wait when it is stopped", async () => {
    await source.refresh();
    const search = outcomeOf(source.seek("two"));
    await advance(1);
    source.stop();
    await expect(search).resolves.toBe("keys-unavailable");
  });

  it("does not remember an absent key beyond a clock that was set back", async () => {
    await source.refresh();
    await advance(1000);
    await outcomeOf(source.seek("two"));
    vi.setSystemTime(NOW - 86_400_000);
    answer = async () => TWO;
    await expect(outcomeOf(source.seek("two"))).resolves.toBe("found");
  });
});
