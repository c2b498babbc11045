import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createClaimPlaces } from "../../src/policy/claim-places.ts";
import { rulesByResource } from "../../src/policy/rules-by-resource.ts";
import { meansResource, meetsResource } from "../../src/policy/resource-pattern.ts";
import { compileRule, type Rule } from "../../src/policy/rule.ts";
import { aCaller, anAllow } from "../support/ruling.ts";

const places = createClaimPlaces();
const rulesOn = (ons: readonly (readonly string[])[]): readonly Rule[] =>
  ons.map((on, i) => compileRule(anAllow(`${i}`, { on }), i, places));

const under = (ons: readonly (readonly string[])[], resource: string, kept: number[] = []) =>
  rulesByResource(rulesOn(ons), (references) => kept.push(references))
    .under(resource)
    .map(({ order }) => order);

describe("rules by what their patterns begin with", () => {
  it("are those that may mean a resource, each once, in file order", () => {
    const ons = [["a/b/*"], ["*"], ["a/*", "a/b/c"], ["b/*"], ["${claim:sub}/*"], ["a/b/c/d"]];
    expect(under(ons, "a/b/c")).toEqual([0, 1, 2, 4]);
    expect(under(ons, "a/x")).toEqual([1, 2, 4]);
    expect(under(ons, "b/")).toEqual([1, 3, 4]);
    expect(under(ons, "")).toEqual([1, 4]);
    expect(under([], "a")).toEqual([]);
  });

  it("are not the others, so that a thousand buckets cost no more than one", () => {
    const ons = Array.from({ length: 1000 }, (_, i) => [`arn:aws:s3:::bucket-${i}/*`]);
    expect(under(ons, "arn:aws:s3:::bucket-77/x")).toEqual([77]);
    expect(under(ons, "arn:aws:s3:::other/x")).toEqual([]);
  });

  it("tell of each list that they keep", () => {
    const kept: number[] = [];
    const index = rulesByResource(rulesOn([["*"], ["a*"]]), (references) => kept.push(references));
    for (const resource of ["a", "a", "b", "ab"]) index.under(resource);
    expect(kept).toEqual([1, 2]);
  });

  it("are found by other patterns of theirs too", () => {
    const rules = rulesOn([["A/B/*"], ["a/*"], ["b"]]);
    const index = rulesByResource(
      rules,
      () => {},
      ({ resourcesInOneCase }) => resourcesInOneCase(),
    );
    expect(index.under("a/b/c").map(({ order }) => order)).toEqual([0, 1]);
  });

  it("are found by what they may have in common with a pattern", () => {
    const ons = [["a/b/*"], ["*"], ["a/*", "a/b/c"], ["b/*"], ["${claim:sub}/*"], ["a/b/c/d"], ["a"]];
    const near = (pattern: string) =>
      rulesByResource(rulesOn(ons), () => {})
        .near(pattern)
        .map(({ order }) => order);
    expect(near("a/b/c*")).toEqual([0, 1, 2, 4, 5, 6]);
    expect(near("b/?")).toEqual([1, 3, 4]);
    expect(near("*")).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(near("c")).toEqual([1, 4]);
  });

  const piece = fc.constantFrom("a", "b", "/", "*", "?", "${claim:sub}");
  const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
  const on = fc.array(pattern, { minLength: 1, maxLength: 3 });

  it("miss none that meets a pattern", () => {
    const plain = fc.constantFrom("a", "b", "/", "*", "?");
    const other = fc.array(plain, { maxLength: 6 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(on, { maxLength: 12 }), other, fc.constantFrom("a", "ab"), (ons, other, sub) => {
        const rules = rulesOn(ons);
        const row = places.rowOf(aCaller({ sub }));
        const meeting = rules.filter(({ resources }) =>
          resources.some((pattern) => meetsResource(pattern, other, row)),
        );
        const found = rulesByResource(rules, () => {}).near(other);
        expect(found.filter((rule) => meeting.includes(rule))).toEqual(meeting);
      }),
      { numRuns: 2000 },
    );
  });

  it("miss none that means the resource", () => {
    const text = fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 8 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(on, { maxLength: 12 }), text, fc.constantFrom("a", "ab"), (ons, text, sub) => {
        const rules = rulesOn(ons);
        const row = places.rowOf(aCaller({ sub }));
        const meaning = rules.filter(({ resources }) =>
          resources.some((pattern) => meansResource(pattern, text, row)),
        );
        const found = rulesByResource(rules, () => {}).under(text);
        expect(found.filter((rule) => meaning.includes(rule))).toEqual(meaning);
      }),
      { numRuns: 2000 },
    );
  });
});
