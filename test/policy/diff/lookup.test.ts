import * as fc from "fast-check";
import { expect, it } from "vitest";
import { lookupOf } from "../../../src/policy/diff/lookup.ts";
import { countSteps } from "../../../src/policy/diff/steps.ts";
import { inOneCase } from "../../../src/policy/one-case.ts";
import { contains, mayMeet } from "../../../src/policy/scope/containment.ts";

const pattern = fc
  .array(fc.constantFrom("a", "B", "b", "/", "*", "?", "$", "${claim:x}"), { maxLength: 5 })
  .map((parts) => parts.join(""));

it("misses nothing that contains a pattern, or meets it in any case, and keeps the order", () => {
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 20 }), pattern, (patterns, one) => {
      const { around, near } = lookupOf([...patterns.entries()], ([, entry]) => entry, countSteps(1e6));
      const all = [...patterns.entries()];
      const wide = all.filter(([, entry]) => contains(entry, one));
      const met = all.filter(([, entry]) => mayMeet(entry, one) || mayMeet(entry, `${one}/index/*`));
      const inCase = all.filter(([, entry]) => mayMeet(inOneCase(entry), inOneCase(one)));
      expect(around(one)).toEqual(expect.arrayContaining(wide));
      expect(near(one)).toEqual(expect.arrayContaining(inCase));
      expect(near(one)).toEqual(expect.arrayContaining(met));
      for (const found of [around(one), near(one)])
        expect(found.map(([place]) => place)).toEqual(found.map(([place]) => place).sort((a, b) => a - b));
    }),
  );
});

it("stops where the steps are spent, and says so only if something was left", () => {
  const steps = countSteps(2);
  for (const _ of steps.through([1, 2])) steps.spend(1);
  expect(steps.isCutShort()).toBe(false);
  expect([...steps.through([3])]).toEqual([]);
  expect(steps.isCutShort()).toBe(true);
});
