import { describe, expect, it } from "vitest";
import { createElapsed } from "../../src/outbound/elapsed.ts";

function elapsedOf() {
  let nowMs = 1_000_000;
  const elapsed = createElapsed(() => nowMs);
  return { ...elapsed, set: (ms: number) => (nowMs = ms), pass: (ms: number) => (nowMs += ms) };
}

describe("createElapsed", () => {
  it("begins with nothing, and goes with its clock", () => {
    const { read, pass } = elapsedOf();
    expect(read()).toBe(0);
    pass(250);
    expect(read()).toBe(250);
  });

  it("stands where the clock is set back, and goes on from there", () => {
    const { read, set, pass } = elapsedOf();
    pass(250);
    read();
    set(0);
    expect(read()).toBe(250);
    pass(50);
    expect(read()).toBe(300);
  });

  it("is as late as a timer that has rung, and does not count that time twice", () => {
    const { read, readAfter, pass } = elapsedOf();
    pass(99);
    expect(readAfter(100)).toBe(100);
    pass(1);
    expect(read()).toBe(100);
    pass(1);
    expect(read()).toBe(101);
    expect(readAfter(50)).toBe(101);
  });
});
