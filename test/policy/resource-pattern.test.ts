import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClaimPlaces } from "../../src/policy/claim-places.ts";
import { matches } from "../../src/policy/pattern.ts";
import { compileResource, isUnusable, meansResource } from "../../src/policy/resource-pattern.ts";
import { claimsForPattern, compileTemplate, fillTemplate } from "../../src/policy/template.ts";
import { aCaller } from "../support/ruling.ts";

const anna = aCaller({ sub: "anna", tenant: "acme/eu", bad: "*" });

function means(pattern: string, resource: string): boolean {
  const places = createClaimPlaces();
  const compiled = compileResource(pattern, places);
  return meansResource(compiled, resource, places.rowOf(anna));
}

describe("a resource pattern", () => {
  it.each([
    ["*", "", true],
    ["a", "a", true],
    ["a", "ab", false],
    ["ab", "a", false],
    ["a/*", "a/", true],
    ["a/*", "a", false],
    ["a/*/c", "a/b/c", true],
    ["a/*/c", "a/c", false],
    ["?b*c", "abbc", true],
    ["home/${claim:sub}/*", "home/anna/x", true],
    ["home/${claim:sub}/*", "home/annab/x", false],
    ["home/${claim:sub}", "home/anna", true],
    ["home/${claim:sub}", "home/anna/", false],
    ["${claim:sub}${claim:sub}", "annaanna", true],
    ["*/${claim:sub}/${claim:sub}*", "x/anna/anna7", true],
    ["*/${claim:sub}", "x/bob", false],
    ["t/${claim:tenant:path}/*", "t/acme/eu/x", true],
    ["t/${claim:tenant}/*", "t/acme/eu/x", false],
    ["b/${claim:bad}", "b/*", false],
    ["b/*${claim:bad}", "b/*", false],
  ])("%j means %j: %s", (pattern, resource, answer) => {
    expect(means(pattern, resource)).toBe(answer);
  });

  it("says whether a claim of it cannot be used", () => {
    const places = createClaimPlaces();
    const [good, bad] = ["${claim:sub}", "*${claim:bad}"].map((text) => compileResource(text, places));
    const row = places.rowOf(anna);
    expect([good, bad].map((pattern) => pattern !== undefined && isUnusable(pattern, row))).toEqual([
      false,
      true,
    ]);
  });

  it("means what it means written out for the caller", () => {
    const piece = fc.constantFrom("a", "b/", "*", "?", "**", "${claim:sub}", "${claim:t:path}");
    const pattern = fc.array(piece, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(""));
    const text = fc
      .array(fc.constantFrom("a", "b/", "ab", "/"), { maxLength: 9 })
      .map((parts) => parts.join(""));
    const claim = fc.constantFrom("a", "ab", "b/a", "*", "", undefined);
    let yes = 0;
    fc.assert(
      fc.property(pattern, text, claim, claim, (pattern, text, sub, t) => {
        const places = createClaimPlaces();
        const compiled = compileResource(pattern, places);
        const caller = aCaller({ sub, t });
        const written = fillTemplate(compileTemplate(pattern), claimsForPattern(caller));
        const row = places.rowOf(caller);
        const answer = written !== undefined && matches(written, text);
        expect(meansResource(compiled, text, row)).toBe(answer);
        expect(isUnusable(compiled, row)).toBe(written === undefined);
        if (answer) yes++;
      }),
      { numRuns: 3000 },
    );
    expect(yes).toBeGreaterThan(100);
  });
});

describe("the claims of a policy", () => {
  it("have a place each, and are read as patterns take them", () => {
    const places = createClaimPlaces();
    const [sub, path, again] = [false, true, false].map((path) => places.placeOf({ claim: "tenant", path }));
    expect([sub, path, again]).toEqual([0, 1, 0]);
    expect(places.rowOf(anna)).toEqual([undefined, "acme/eu"]);
  });
});
