import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createThrottle } from "../../src/telemetry/throttle.ts";

/** What a throttle of three says at each of these times. */
function saidAt(times: readonly number[]): readonly (number | undefined)[] {
  let nowMs = 0;
  const throttle = createThrottle(3, () => nowMs);
  return times.map((atMs) => {
    nowMs = atMs;
    return throttle();
  });
}

it("lets so many through in a second, and tells with the next how many were held back", () => {
  expect(saidAt([0, 1, 2, 3, 999, 1000, 1001])).toEqual([0, 0, 0, undefined, undefined, 2, 0]);
});

it("begins its second with the first that comes, however long there was nothing", () => {
  expect(saidAt([500, 1400, 1499, 1499, 1500])).toEqual([0, 0, 0, undefined, 1]);
});

it("is not silenced by a clock that is set back", () => {
  expect(saidAt([5000, 5000, 5000, 5000, 100])).toEqual([0, 0, 0, undefined, 1]);
});

it("loses none: each is let through, told, or still to be told", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 100 }), (steps) => {
      let atMs = 0;
      const said = saidAt([...steps.map((step) => (atMs += step)), atMs + 1000]);
      const passed = said.filter((one) => one !== undefined);
      expect(passed.length + passed.reduce((sum, one) => sum + one, 0)).toBe(said.length);
    }),
  );
});
