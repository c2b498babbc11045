import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOneCase } from "../../src/policy/one-case.ts";

describe("a text in one case", () => {
  it.each([
    ["Admin/USERS", "admin/users"],
    ["ÉCOLE", "école"],
    // A whole text in lower case ends in another sigma than one that goes on.
    ["ΟΔΟΣ", "οδοσ"],
    ["οδος", "οδοσ"],
    // Dotted and dotless, and the sign of the kelvin.
    ["adm\u0130n", "admin"],
    ["adm\u0131n", "admin"],
    ["\u212Aey", "key"],
    ["ſecret", "secret"],
    // Two letters in upper case.
    ["Straße", "straße"],
    ["STRAẞE", "straße"],
    ["\u{10400}", "\u{10428}"],
    ["a*b?${claim:x}", "a*b?${claim:x}"],
  ])("is of %j %j", (text, expected) => {
    expect(inOneCase(text)).toBe(expected);
  });

  it("is as long as before, and one of what differs in case alone", () => {
    const char = fc
      .oneof(fc.nat(0x5ff), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x1_ff_ff }))
      .map((code) => String.fromCodePoint(code));
    const text = fc.array(char, { maxLength: 20 }).map((chars) => chars.join(""));
    fc.assert(
      fc.property(text, text, (text, other) => {
        const one = inOneCase(text);
        expect(one).toHaveLength(text.length);
        expect(inOneCase(one)).toBe(one);
        expect(inOneCase(text + other)).toBe(one + inOneCase(other));
      }),
      { numRuns: 1000 },
    );
  });

  it("is one for every letter and its other case", () => {
    const letters = Array.from({ length: 0x1_00_00 }, (_, code) => String.fromCharCode(code));
    const apart = letters.filter((char) =>
      [char.toLowerCase(), char.toUpperCase()].some(
        (other) => other.length === 1 && inOneCase(other) !== inOneCase(char),
      ),
    );
    expect(apart).toEqual([]);
  });
});
