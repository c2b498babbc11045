import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryBudget, type MemoryBudget, type Room } from "../../../src/proxy/bodies/memory-budget.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks, and tells what has become of it so far. */
function ask(budget: MemoryBudget, owner: string, bytes: number): Room & { readonly fate: () => string } {
  const room = budget.reserve(owner, bytes);
  let fate = "waits";
  room.granted.then(
    () => (fate = "granted"),
    ({ code }: { code: string }) => (fate = code),
  );
  return { ...room, fate: () => fate };
}

const fates = async (...rooms: readonly { readonly fate: () => string }[]): Promise<readonly string[]> => {
  await vi.advanceTimersByTimeAsync(0);
  return rooms.map(({ fate }) => fate());
};

describe("a memory budget", () => {
  it("grants what there is, and lets others wait until it is given back", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const [first, second] = [ask(budget, "a", 8), ask(budget, "b", 3)];
    expect(await fates(first, second)).toEqual(["granted", "waits"]);
    expect(budget.held()).toBe(8);
    first.giveBack();
    expect(await fates(second)).toEqual(["granted"]);
    expect(budget.held()).toBe(3);
  });

  it("serves who came first, though who came later would fit", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const rooms = [ask(budget, "a", 8), ask(budget, "b", 10), ask(budget, "c", 1)] as const;
    expect(await fates(...rooms)).toEqual(["granted", "waits", "waits"]);
    rooms[0].giveBack();
    expect(await fates(...rooms)).toEqual(["granted", "granted", "waits"]);
  });

  it("says overloaded after the longest wait, and serves those behind", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const rooms = [ask(budget, "a", 8), ask(budget, "b", 10)] as const;
    await vi.advanceTimersByTimeAsync(500);
    const last = ask(budget, "c", 2);
    expect(await fates(...rooms, last)).toEqual(["granted", "waits", "waits"]);
    await vi.advanceTimersByTimeAsync(500);
    expect(await fates(...rooms, last)).toEqual(["granted", "overloaded", "granted"]);
    expect(budget.held()).toBe(10);
  });

  it("takes out of the line whose client left", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const rooms = [ask(budget, "a", 8), ask(budget, "b", 10), ask(budget, "c", 2)] as const;
    rooms[1].giveBack();
    expect(await fates(...rooms)).toEqual(["granted", "overloaded", "granted"]);
  });

  it("gives an owner no more than half, also while nobody else waits", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const own = Array.from({ length: 6 }, () => ask(budget, "a", 1));
    expect(budget.held()).toBe(5);
    const other = ask(budget, "b", 5);
    expect(await fates(other, ...own.slice(4))).toEqual(["granted", "granted", "waits"]);
    own[0]?.giveBack();
    expect(await fates(...own.slice(5))).toEqual(["granted"]);
  });

  it("does not let the long lines of others keep an owner out", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const a = Array.from({ length: 100 }, () => ask(budget, "a", 5));
    const b = Array.from({ length: 100 }, () => ask(budget, "b", 5));
    const other = ask(budget, "c", 5);
    expect(await fates(other, ...a.slice(1, 2))).toEqual(["waits", "waits"]);
    a[0]?.giveBack();
    expect(await fates(...a.slice(1, 2), other)).toEqual(["granted", "waits"]);
    // Now it is the turn of b, and then of c; a goes behind them.
    a[1]?.giveBack();
    expect(await fates(other, ...a.slice(2, 3))).toEqual(["granted", "waits"]);
    b[0]?.giveBack();
    expect(await fates(...a.slice(2, 3), ...b.slice(1, 2))).toEqual(["waits", "granted"]);
  });

  it("is awaited by those who wait for what others hold, not for what is their own", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const [first] = [ask(budget, "a", 5), ask(budget, "a", 1)] as const;
    expect(budget.isAwaited()).toBe(false);
    const other = ask(budget, "b", 6);
    expect(budget.isAwaited()).toBe(true);
    first.giveBack();
    expect([budget.isAwaited(), ...(await fates(other))]).toEqual([false, "granted"]);
  });

  it("grows and shrinks while it is in use", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const rooms = [ask(budget, "a", 8), ask(budget, "b", 8)] as const;
    budget.adopt({ maxBytes: 16, waitMs: 1000 });
    expect([budget.held(), ...(await fates(...rooms))]).toEqual([16, "granted", "granted"]);
    budget.adopt({ maxBytes: 4, waitMs: 10 });
    const third = ask(budget, "c", 4);
    await vi.advanceTimersByTimeAsync(10);
    expect([budget.held(), ...(await fates(third))]).toEqual([16, "overloaded"]);
    for (const room of rooms) room.giveBack();
    expect(await fates(ask(budget, "c", 4), ask(budget, "d", 1))).toEqual(["granted", "waits"]);
  });

  it("grants one body of more than half, even where others wait", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const first = ask(budget, "c", 10);
    const rooms = [ask(budget, "a", 8), ask(budget, "b", 8)] as const;
    first.giveBack();
    expect(await fates(...rooms)).toEqual(["granted", "waits"]);
  });

  it("takes back in part what is over, and everything only once", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const rooms = [ask(budget, "a", 10), ask(budget, "b", 6), ask(budget, "c", 4)] as const;
    rooms[0].shrinkTo(4);
    expect(await fates(...rooms)).toEqual(["granted", "granted", "waits"]);
    expect(budget.held()).toBe(10);
    rooms[0].giveBack();
    rooms[0].giveBack();
    rooms[0].shrinkTo(1);
    expect(await fates(...rooms)).toEqual(["granted", "granted", "granted"]);
    expect(budget.held()).toBe(10);
    rooms[1].giveBack();
    rooms[2].giveBack();
    expect(budget.held()).toBe(0);
  });

  it("leaves no timer behind", async () => {
    const budget = createMemoryBudget({ maxBytes: 10, waitMs: 1000 });
    const rooms = [ask(budget, "a", 10), ask(budget, "b", 6), ask(budget, "c", 4)] as const;
    rooms[1].giveBack();
    rooms[0].giveBack();
    await fates(...rooms);
    expect(vi.getTimerCount()).toBe(0);
  });
});
