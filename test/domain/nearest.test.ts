import { expect, it } from "vitest";
import { nearest } from "../../src/domain/nearest.ts";

const WORDS = ["name", "region", "userPools", "on", "allow", "identityPoolId", "constructor"];

it.each([
  ["nmae", "name"],
  ["nam", "name"],
  ["regoin", "region"],
  ["regions", "region"],
  ["user_pools", "userPools"],
  ["UserPool", "userPools"],
  ["alow", "allow"],
  ["identityPool", "identityPoolId"],
])("takes %s for %s", (word, meant) => {
  expect(nearest(word, WORDS)).toBe(meant);
});

it.each(["", "x", "id", "colour", "endpoint", "__proto__", "r".repeat(65)])("has no word for %j", (word) => {
  expect(nearest(word, WORDS)).toBeUndefined();
});

it("takes the nearer of two, and the first of two that are as near", () => {
  expect(nearest("rolle", ["rule", "role"])).toBe("role");
  expect(nearest("rles", ["roles", "rules"])).toBe("roles");
});

it("has no word where there are none", () => {
  expect(nearest("name", [])).toBeUndefined();
});
