import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OutboundError } from "../../src/outbound/call.ts";
import { createRetry, type RetryOptions } from "../../src/outbound/retry.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

class Transient extends Error {}
class Final extends Error {}

const DEADLINE_MS = 8000;

/** Runs attempts that end as listed, the last over and over, and tells when each began. */
function play(ends: readonly (() => Promise<string>)[], options: Partial<RetryOptions> = {}) {
  const retry = createRetry({
    isTransient: (error) => error instanceof Transient,
    deadlineMs: DEADLINE_MS,
    ...options,
  });
  const began: number[] = [];
  const startMs = Date.now();
  const signals: AbortSignal[] = [];
  const end = retry((signal) => {
    signals.push(signal);
    const how = ends[Math.min(began.length, ends.length - 1)];
    began.push(Date.now() - startMs);
    return how === undefined ? Promise.reject(new Final("no end")) : how();
  }).catch((error: unknown) => error);
  return { end, began, signals };
}

const ok = async () => "ok";
const transient = () => Promise.reject(new Transient("not now"));
const final = () => Promise.reject(new Final("no"));
const never = () => new Promise<never>(() => {});

describe("createRetry", () => {
  it.each([
    ["a success", [ok], "ok", 1],
    ["what is final", [final, ok], new Final("no"), 1],
    ["a success after a failure", [transient, ok], "ok", 2],
    ["what is final after a failure", [transient, final, ok], new Final("no"), 2],
    ["a third attempt, however it ends", [transient, transient, transient, ok], new Transient("not now"), 3],
  ])("ends with %s", async (_what, ends, expected, attempts) => {
    const { end, began } = play(ends);
    await vi.runAllTimersAsync();
    expect(await end).toEqual(expected);
    expect(began).toHaveLength(attempts);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    [0, [0, 0, 0]],
    [0.5, [0, 100, 300]],
    [0.999_999, [0, 199, 598]],
  ])("pauses for any part of a span that doubles: at %d of it", async (random, expected) => {
    vi.spyOn(Math, "random").mockReturnValue(random);
    const { end, began } = play([transient]);
    await vi.runAllTimersAsync();
    await end;
    expect(began).toEqual(expected);
  });

  it("makes as many attempts as it is told", async () => {
    const { end, began } = play([transient], { attempts: 1 });
    await vi.runAllTimersAsync();
    await end;
    expect(began).toHaveLength(1);
  });

  it("gives up an attempt that hangs at the deadline, and tells it so", async () => {
    const { end, signals } = play([never]);
    await vi.advanceTimersByTimeAsync(DEADLINE_MS - 1);
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await end).toEqual(new OutboundError("timeout"));
    expect(signals[0]?.aborted).toBe(true);
  });

  it("says of an attempt that hangs why the one before it failed", async () => {
    const { end, began } = play([transient, never]);
    await vi.advanceTimersByTimeAsync(DEADLINE_MS);
    expect(await end).toEqual(new Transient("not now"));
    expect(began).toHaveLength(2);
  });

  it("begins no attempt after the deadline", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    const { end, began } = play([transient], { deadlineMs: 150 });
    await vi.advanceTimersByTimeAsync(150);
    expect(await end).toEqual(new Transient("not now"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(began).toEqual([0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
