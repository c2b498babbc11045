import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileLike } from "../../../src/policy/conditions/pattern.ts";
import { matches } from "../../../src/policy/pattern.ts";

describe("a pattern of a condition", () => {
  it.each([
    ["", "", true],
    ["", "a", false],
    ["a", "a", true],
    ["*", "", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["ab*ba", "aba", false],
    ["*a*", "bab", true],
    ["a*b*c", "abc", true],
    ["a*b*c", "acb", false],
    ["*ab*b", "ab", false],
    ["*ab*b", "abb", true],
    ["a**", "a", true],
    ["a?*", "a", false],
    ["a?c", "abc", true],
  ])("%j fits %j: %s", (pattern, value, answer) => {
    expect(compileLike(pattern)(value)).toBe(answer);
  });

  it("fits what resource patterns fit", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 7 });
    const value = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 9 });
    fc.assert(
      fc.property(text, value, (pattern, value) => {
        expect(compileLike(pattern)(value)).toBe(matches(pattern, value));
      }),
      { numRuns: 3000 },
    );
  });
});
