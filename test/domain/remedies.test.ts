import { expect, it } from "vitest";
import { REFUSALS } from "../../src/domain/refusal.ts";
import { REMEDIES } from "../../src/domain/remedies.ts";

it("says of each refusal what helps, in sentences", () => {
  expect(Object.keys(REMEDIES).sort()).toEqual(Object.keys(REFUSALS).sort());
  for (const remedy of Object.values(REMEDIES)) expect(remedy).toMatch(/^[A-Z].*\.$/);
});
