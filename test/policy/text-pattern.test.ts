import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches } from "../../src/policy/pattern.ts";
import { compilePattern } from "../../src/policy/text-pattern.ts";

/** As it is read one character after the other, by whoever has the time. */
function naive(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text === "";
  if (first === "*") {
    return naive(rest.join(""), text) || (text !== "" && naive(pattern, text.slice(1)));
  }
  return text !== "" && (first === "?" || first === text[0]) && naive(rest.join(""), text.slice(1));
}

describe("a pattern", () => {
  it.each([
    ["", "", true],
    ["", "a", false],
    ["a", "a", true],
    ["*", "", true],
    ["?", "", false],
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
    ["*?*?*", "a", false],
    ["*?*?*", "ab", true],
    ["a?c", "abc", true],
    ["*a?c*", "aabcc", true],
    ["*a?c*", "acac", false],
    ["*/??-?/*", "x/ab-c/", true],
    ["*?", "ü", true],
    ["a*", "line\nbreak", false],
    ["*b*", "line\nbreak", true],
  ])("%j means %j: %s", (pattern, text, answer) => {
    expect(compilePattern(pattern)(text)).toBe(answer);
  });

  const wild = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  const plain = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });

  it("means what it says, and what a walk over both says", () => {
    fc.assert(
      fc.property(wild, plain, (pattern, text) => {
        expect(compilePattern(pattern)(text)).toBe(naive(pattern, text));
        expect(matches(pattern, text)).toBe(naive(pattern, text));
      }),
      { numRuns: 5000 },
    );
  });

  it("means the same from a place on", () => {
    fc.assert(
      fc.property(wild, plain, plain, (pattern, before, text) => {
        expect(compilePattern(pattern)(before + text, before.length)).toBe(compilePattern(pattern)(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("is found however long a part of it is", () => {
    const long = fc.string({ unit: fc.constantFrom("a", "?"), minLength: 30, maxLength: 100 });
    const most = fc.string({
      unit: fc.constantFrom(...Array<string>(60).fill("a"), "b"),
      minLength: 50,
      maxLength: 300,
    });
    let found = 0;
    fc.assert(
      fc.property(long, most, (part, text) => {
        const answer = matches(`*${part}*`, text);
        expect(compilePattern(`*${part}*`)(text)).toBe(answer);
        if (answer) found++;
      }),
      { numRuns: 3000 },
    );
    expect(found).toBeGreaterThan(100);
  });
});
