import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TunnelEnd } from "../../../src/domain/tunnel-end.ts";
import { endAt, type Limit } from "../../../src/proxy/tunnels/lifetime.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const HOUR_MS = 3_600_000;

it("the first limit ends a tunnel, at its moment and not before", () => {
  const ends: TunnelEnd[] = [];
  const limits: Limit[] = [
    { atMs: Number.POSITIVE_INFINITY, why: "token" },
    { atMs: HOUR_MS, why: "lifetime" },
  ];
  const ending = endAt(limits, Date.now, (why) => void ends.push(why));
  vi.advanceTimersByTime(1000);
  ending.add({ atMs: 1500, why: "credentials" });
  vi.advanceTimersByTime(499);
  expect(ends).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ends).toEqual(["credentials"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("a clock that is set ahead ends it without waiting for what was to come", () => {
  const ends: TunnelEnd[] = [];
  endAt([{ atMs: HOUR_MS, why: "token" }], Date.now, (why) => void ends.push(why));
  vi.advanceTimersByTime(1);
  vi.setSystemTime(2 * HOUR_MS);
  vi.advanceTimersByTime(10_000);
  expect(ends).toEqual(["token"]);
});

it("what is called off ends nothing", () => {
  const ends: TunnelEnd[] = [];
  const ending = endAt([{ atMs: 5, why: "idle" }], Date.now, (why) => void ends.push(why));
  ending.callOff();
  ending.add({ atMs: 1, why: "credentials" });
  vi.advanceTimersByTime(1000);
  expect([ends, vi.getTimerCount()]).toEqual([[], 0]);
});
