import { describe, expect, it } from "vitest";
import { createClockOffset } from "../../src/signing/clock-offset.ts";

/** A whole second: 15 January 2026, 12:00. */
const NOW = Date.UTC(2026, 0, 15, 12);
const dateAt = (ms: number): string => new Date(NOW + ms).toUTCString();

describe("createClockOffset", () => {
  it("is nothing before anything was learnt", () => {
    const clock = createClockOffset(() => NOW);
    expect([clock.now(), clock.offsetMs()]).toEqual([NOW, 0]);
  });

  it("learns how far the other clock is ahead or behind, and goes with its own", () => {
    let nowMs = NOW;
    const clock = createClockOffset(() => nowMs);
    expect(clock.learn("Thu, 15 Jan 2026 12:05:30 GMT")).toBe(true);
    expect([clock.now(), clock.offsetMs()]).toEqual([NOW + 330_000, 330_000]);
    nowMs += 1500;
    expect(clock.now()).toBe(NOW + 331_500);
    expect(clock.learn("Thu, 15 Jan 2026 11:58:30 GMT")).toBe(true);
    expect(clock.offsetMs()).toBe(-91_500);
  });

  it.each([
    [9000, false],
    [-9000, false],
    [10_000, true],
    [-10_000, true],
    [900_000, true],
    [-900_000, true],
    [901_000, false],
    [-901_000, false],
    [3_600_000 * 24 * 365, false],
  ])("S2.12 learns from a clock that is %d ms ahead: %s", (aheadMs, isNews) => {
    const clock = createClockOffset(() => NOW);
    expect(clock.learn(dateAt(aheadMs))).toBe(isNews);
    expect(clock.offsetMs()).toBe(isNews ? aheadMs : 0);
  });

  it("learns only what differs from what it knows", () => {
    const clock = createClockOffset(() => NOW);
    expect(clock.learn(dateAt(60_000))).toBe(true);
    expect(clock.learn(dateAt(60_000))).toBe(false);
    expect(clock.learn(dateAt(69_000))).toBe(false);
    expect(clock.learn(dateAt(70_000))).toBe(true);
    expect(clock.learn(dateAt(901_000))).toBe(false);
    expect(clock.offsetMs()).toBe(70_000);
  });

  it("unlearns it when the own clock is put right", () => {
    let nowMs = NOW;
    const clock = createClockOffset(() => nowMs);
    clock.learn(dateAt(600_000));
    nowMs += 600_000;
    expect(clock.learn(dateAt(600_000))).toBe(true);
    expect(clock.offsetMs()).toBe(0);
  });

  it.each([
    undefined,
    "",
    "Invalid Date",
    "Thu, 15 Jan 2026 12:05:30",
    "Thu, 15 Jan 2026 12:05:30 UTC",
    "Thu, 15 Jan 2026 12:05:30 +0000",
    "thu, 15 jan 2026 12:05:30 gmt",
    "Fri, 15 Jan 2026 12:05:30 GMT",
    "Thu, 15 Jan 2026 12:05:60 GMT",
    "Thu, 15 Jan 2026 24:05:30 GMT",
    "Thu, 5 Jan 2026 12:05:30 GMT",
    " Thu, 15 Jan 2026 12:05:30 GMT",
    "Thu, 15 Jan 2026 12:05:30 GMT, Thu, 15 Jan 2026 12:05:30 GMT",
    "Thursday, 15-Jan-26 12:05:30 GMT",
    "Thu Jan 15 12:05:30 2026",
    "2026-01-15T12:05:30Z",
    "1768478730000",
  ])("takes %j for no date", (date) => {
    const clock = createClockOffset(() => NOW);
    expect(clock.learn(date)).toBe(false);
    expect(clock.offsetMs()).toBe(0);
  });
});
