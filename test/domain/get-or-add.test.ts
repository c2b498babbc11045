import { expect, it } from "vitest";
import { getOrAdd } from "../../src/domain/get-or-add.ts";

it("makes a value once, and gives the same one from then on", () => {
  const map = new Map<string, object>();
  const first = getOrAdd(map, "a", () => ({}));
  expect(getOrAdd(map, "a", () => ({}))).toBe(first);
  expect(getOrAdd(map, "b", () => ({}))).not.toBe(first);
});
