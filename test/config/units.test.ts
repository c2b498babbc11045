import { expect, it } from "vitest";
import { DURATION, MAX_DURATION_MS, SIZE, toBytes, toMs } from "../../src/config/units.ts";

it.each([
  ["250ms", 250],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["14d", 1_209_600_000],
  ["0s", 0],
])("reads the duration %s", (text, ms) => {
  expect(text).toMatch(DURATION);
  expect(toMs(text)).toBe(ms);
});

it.each(["", "30", "s", "1.5s", "-1s", "1 s", "1S", "1w", "1s\n", "1e3s", "1234567890s"])(
  "does not take %j for a duration",
  (text) => {
    expect(text).not.toMatch(DURATION);
  },
);

it.each([
  ["512B", 512],
  ["64KiB", 65_536],
  ["16MiB", 16_777_216],
  ["1GiB", 1_073_741_824],
])("reads the size %s", (text, bytes) => {
  expect(text).toMatch(SIZE);
  expect(toBytes(text)).toBe(bytes);
});

it.each(["", "16", "16MB", "16mib", "1.5MiB", "-1B", "16 MiB", "16MiB\n"])(
  "does not take %j for a size",
  (text) => {
    expect(text).not.toMatch(SIZE);
  },
);

it("has a longest duration that a timer of Node can wait", () => {
  expect(MAX_DURATION_MS).toBeLessThan(2 ** 31);
});
