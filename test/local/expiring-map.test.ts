import { expect, it } from "vitest";
import { createExpiringMap } from "../../src/local/expiring-map.ts";

const KEPT_MS = 1000;
const SWEEP_MS = 60_000;

function mapAt(startMs: number) {
  const clock = { ms: startMs };
  return { clock, map: createExpiringMap<string>(() => clock.ms, KEPT_MS) };
}

it("keeps what has expired for a while, and then lets it go", () => {
  const { clock, map } = mapAt(0);
  map.set("early", "a", 10);
  map.set("late", "b", SWEEP_MS);
  clock.ms = SWEEP_MS - 1;
  map.set("x", "x", SWEEP_MS * 9);
  expect(map.get("early")).toBe("a");
  clock.ms = SWEEP_MS;
  map.set("y", "y", SWEEP_MS * 9);
  expect([map.get("early"), map.get("late")]).toEqual([undefined, "b"]);
  clock.ms = SWEEP_MS * 2;
  map.set("z", "z", SWEEP_MS * 9);
  expect(map.values()).toEqual(["x", "y", "z"]);
});

it("does not grow however long it runs", () => {
  const { clock, map } = mapAt(0);
  for (let n = 0; n < 10_000; n++) {
    clock.ms += 1000;
    map.set(String(n), "v", clock.ms + 1000);
  }
  expect(map.values().length).toBeLessThan(70);
});

it("replaces only what is there, and in its time", () => {
  const { clock, map } = mapAt(0);
  map.set("a", "1", 10);
  expect(map.replace("a", (value) => `${value}2`)).toBe(true);
  expect(map.replace("b", () => "new")).toBe(false);
  expect([map.get("a"), map.get("b")]).toEqual(["12", undefined]);
  clock.ms = SWEEP_MS;
  map.set("c", "3", SWEEP_MS * 2);
  expect(map.get("a")).toBeUndefined();
  map.delete("c");
  expect(map.values()).toEqual([]);
});
