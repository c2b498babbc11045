import { beforeEach, describe, expect, it } from "vitest";
import { createSharedStore, type SharedStore } from "../../src/credentials/shared-store.ts";
import { createMemoryStore, type MemoryStore } from "../support/memory-store.ts";

let nowMs: number;
let inner: MemoryStore;
let troubles: unknown[];
let store: SharedStore;

beforeEach(() => {
  nowMs = 0;
  inner = createMemoryStore(() => nowMs);
  troubles = [];
  store = createSharedStore(inner, { now: () => nowMs, onTrouble: (error) => troubles.push(error) });
});

const away = () => {
  inner.failure = () => Promise.reject(new Error("away"));
};

describe("a store that answers", () => {
  it("is as it is", async () => {
    await store.set("a", "value", 10);
    expect(await store.get("a")).toBe("value");
    expect(await store.lock("l", "me", 10)).toBe("mine");
    expect(await store.lock("l", "you", 10)).toBe("another's");
    await store.unlock("l", "me");
    expect(await store.lock("l", "you", 10)).toBe("mine");
    await store.remove("a");
    expect(await store.get("a")).toBeUndefined();
    expect(troubles).toEqual([]);
  });

  it("is up once it is connected", async () => {
    await store.connect();
    expect(store.isUp()).toBe(true);
  });

  it("is up once it has answered, and not before", async () => {
    expect(store.isUp()).toBe(false);
    await store.get("a");
    expect(store.isUp()).toBe(true);
  });
});

describe("a store that is away", () => {
  it("is asked again though the clock was set back", async () => {
    nowMs = 3_600_000;
    await store.set("a", "value", 7_200_000);
    away();
    await store.get("a");
    inner.failure = undefined;
    nowMs = 0;
    expect(await store.get("a")).toBe("value");
  });

  it("rejects nothing, and knows nothing", async () => {
    away();
    await store.connect();
    expect(await store.get("a")).toBeUndefined();
    expect(await store.lock("l", "me", 10)).toBe("away");
    await store.set("a", "value", 10);
    await store.remove("a");
    await store.unlock("l", "me");
    expect(store.isUp()).toBe(false);
  });

  it("is told of when it is not there from the start", async () => {
    away();
    await store.connect();
    expect(troubles).toEqual([new Error("away")]);
  });

  it("is told of once, and left alone for a second", async () => {
    await store.get("a");
    away();
    for (let i = 0; i < 10; i++) await store.get("a");
    expect(inner.asked).toHaveLength(2);
    expect(troubles).toEqual([new Error("away")]);
    nowMs = 999;
    await store.get("a");
    expect(inner.asked).toHaveLength(2);
    nowMs = 1000;
    await store.get("a");
    expect(inner.asked).toHaveLength(3);
    expect(troubles).toHaveLength(1);
  });

  it("is asked by one alone when the second is over, and by all when that went well", async () => {
    away();
    await store.get("a");
    nowMs = 1000;
    await Promise.all([store.get("a"), store.get("a"), store.get("a")]);
    expect(inner.asked).toHaveLength(2);
    nowMs = 2000;
    inner.failure = undefined;
    await store.get("a");
    expect(store.isUp()).toBe(true);
    await Promise.all([store.get("a"), store.get("a"), store.get("a")]);
    expect(inner.asked).toHaveLength(6);
  });

  it("is told of again when it goes again", async () => {
    for (const round of [1, 2]) {
      nowMs = round * 10_000;
      inner.failure = undefined;
      await store.get("a");
      away();
      await store.get("a");
    }
    expect(troubles).toHaveLength(2);
  });
});
