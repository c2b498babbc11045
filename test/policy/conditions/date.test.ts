import { describe, expect, it } from "vitest";
import { readDate, readMeantDate } from "../../../src/policy/conditions/date.ts";
import { readNumber } from "../../../src/policy/conditions/number.ts";

describe("a date", () => {
  it.each([
    ["2026", Date.UTC(2026, 0)],
    ["2026-02", Date.UTC(2026, 1)],
    ["2026-02-28", Date.UTC(2026, 1, 28)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["2026-01-31T12:00Z", Date.UTC(2026, 0, 31, 12)],
    ["2026-01-31T12:00:01Z", Date.UTC(2026, 0, 31, 12, 0, 1)],
    ["2026-01-31T12:00:01.5Z", Date.UTC(2026, 0, 31, 12, 0, 1, 500)],
    ["2026-01-31T12:00:01.123456789Z", Date.UTC(2026, 0, 31, 12, 0, 1, 123)],
    ["2026-01-31T12:00:00-08:00", Date.UTC(2026, 0, 31, 20)],
    ["1768478400", 1_768_478_400_000],
    ["1768478400.5", 1_768_478_400_500],
  ])("%s is read", (text, ms) => {
    expect(readDate(text)).toBe(ms);
  });

  it.each([
    "",
    "now",
    "2026-1-1",
    "2026-00-01",
    "2026-13-01",
    "2026-02-29",
    "2026-02-30",
    "2026-01-00",
    "2026-04-31",
    "2026-02-30T12:00:00Z",
    "2026-13-31T12:00:00Z",
    "2026-01-31T12:00:00",
    "2026-01-31 12:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:60:00Z",
    "2026-01-31T12:00:00+25:00",
    "2026-01-31t12:00:00z",
    "Sat, 31 Jan 2026 12:00:00 GMT",
    "-1",
    "1e9",
    "+2026-01-01",
  ])("%j is none", (text) => {
    expect(readDate(text)).toBeUndefined();
  });

  it("is in a rule neither without its dashes nor in milliseconds", () => {
    expect(readMeantDate("20260131")).toBeUndefined();
    expect(readMeantDate("1768478400000")).toBeUndefined();
    expect(readMeantDate("1768478400")).toBe(1_768_478_400_000);
    expect(readMeantDate("2026")).toBe(Date.UTC(2026, 0));
  });
});

describe("a number", () => {
  it.each([
    ["0", 0],
    ["-0.50", -0.5],
    ["+7.", 7],
    [".5", 0.5],
    ["000123456789012345", 123_456_789_012_345],
  ])("%s is read", (text, number) => {
    expect(readNumber(text)).toBe(number);
  });

  it.each([
    "",
    ".",
    "-",
    "1e3",
    "0x1",
    "1_000",
    " 1",
    "1,5",
    "NaN",
    "Infinity",
    "1234567890123456",
    `0.${"0".repeat(40)}1`,
  ])("%j is none, or none that can be told from its neighbours", (text) => {
    expect(readNumber(text)).toBeUndefined();
  });
});
