import { expect, it } from "vitest";

import { summarise } from "./summary.ts";

it("takes the ratio within each pair of rounds, not of the medians", () => {
  const { least, median, most } = summarise({ aUs: [10, 20, 40], bUs: [15, 22, 80] });
  expect([least, median, most]).toEqual([1.1, 1.5, 2]);
});

it("takes the middle of an even number of rounds between its two middle ones", () => {
  expect(summarise({ aUs: [1, 1, 1, 1], bUs: [4, 1, 3, 2] }).median).toBe(2.5);
});

it("tells each side's median cost", () => {
  const { aUs, bUs } = summarise({ aUs: [50, 40, 45], bUs: [60, 90, 70] });
  expect([aUs, bUs]).toEqual([45, 70]);
});
