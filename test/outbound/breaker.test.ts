import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createBreaker } from "../../src/outbound/breaker.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

class Fault extends Error {}
class Denial extends Error {}

const heldBack = expect.objectContaining({ name: "HeldBackError", by: "breaker" });

function breakerOf() {
  const breaker = createBreaker((error) => error instanceof Fault);
  let calls = 0;
  const run = (how: () => Promise<unknown>) => {
    const end = breaker.run(() => {
      calls++;
      return how();
    });
    return end.catch((error: unknown) => error);
  };
  const fault = () => run(async () => Promise.reject(new Fault("fault")));
  const deny = () => run(async () => Promise.reject(new Denial("denial")));
  const succeed = () => run(async () => "ok");
  const faults = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) expect(await fault()).toBeInstanceOf(Fault);
  };
  return { check: breaker.check, run, fault, faults, deny, succeed, calls: () => calls };
}

const pass = (ms: number) => vi.advanceTimersByTime(ms);

describe("createBreaker", () => {
  it("hands on what a call gives and what it throws", async () => {
    const { succeed, fault, deny } = breakerOf();
    expect([await succeed(), await fault(), await deny()]).toEqual([
      "ok",
      new Fault("fault"),
      new Denial("denial"),
    ]);
  });

  it("hands on what is thrown before there is a promise", async () => {
    const { run } = breakerOf();
    const end = await run(() => {
      throw new Denial("at once");
    });
    expect(end).toEqual(new Denial("at once"));
  });

  it("opens after five faults in a row, and then makes no call and says why", async () => {
    const { check, faults, succeed, calls } = breakerOf();
    await faults(4);
    expect(check).not.toThrow();
    await faults(1);
    expect(check).toThrow(heldBack);
    expect(await succeed()).toMatchObject({
      name: "HeldBackError",
      by: "breaker",
      cause: new Fault("fault"),
    });
    expect(calls()).toBe(5);
  });

  it.each(["succeed", "deny"] as const)("starts to count anew when calls %s between", async (end) => {
    const breaker = breakerOf();
    await breaker.faults(4);
    await breaker[end]();
    await breaker.faults(4);
    expect(breaker.check).not.toThrow();
  });

  it("S2.12 never opens for denials", async () => {
    const { check, deny } = breakerOf();
    for (let i = 0; i < 50; i++) await deny();
    expect(check).not.toThrow();
  });

  it.each(["succeed", "deny"] as const)("closes when the trial calls %s", async (end) => {
    const breaker = breakerOf();
    await breaker.faults(5);
    pass(2000);
    expect(breaker.check).not.toThrow();
    await breaker[end]();
    await breaker.faults(4);
    expect(breaker.check).not.toThrow();
  });

  it("waits twice as long after each trial that fails, up to fifteen seconds", async () => {
    const { check, faults } = breakerOf();
    await faults(5);
    for (const waitMs of [2000, 4000, 8000, 15_000, 15_000]) {
      pass(waitMs - 1);
      expect(check).toThrow(heldBack);
      pass(1);
      await faults(1);
    }
  });

  it("begins with the short wait again once it was closed", async () => {
    const { check, faults, succeed } = breakerOf();
    await faults(5);
    pass(2000);
    await faults(1);
    pass(4000);
    await succeed();
    await faults(5);
    pass(2000);
    expect(check).not.toThrow();
  });

  it("lets one trial go, and holds back at once whoever comes meanwhile", async () => {
    const { check, run, faults, succeed, calls } = breakerOf();
    await faults(5);
    pass(2000);
    const ends: ((answer: string) => void)[] = [];
    const trial = run(() => new Promise((resolve) => ends.push(resolve)));
    expect(check).toThrow(heldBack);
    expect(await succeed()).toEqual(heldBack);
    ends[0]?.("late");
    expect(await trial).toBe("late");
    expect(await succeed()).toBe("ok");
    expect(calls()).toBe(7);
  });

  it("opens once for many that fail together", async () => {
    const { check, fault } = breakerOf();
    await Promise.all(Array.from({ length: 50 }, fault));
    pass(2000);
    expect(check).not.toThrow();
  });

  it("does not stay open for a clock that is set back", async () => {
    const { check, faults, succeed } = breakerOf();
    await faults(5);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(check).not.toThrow();
    expect(await succeed()).toBe("ok");
    await faults(5);
    expect(check).toThrow(heldBack);
  });

  it("says so too where the clock moves on while it opens", async () => {
    const { faults, succeed } = breakerOf();
    await faults(4);
    const startMs = Date.now();
    // Read by the call that opens it: is it open, how long shall it be, since when is it.
    const times = [0, 0, 1];
    const clock = vi.spyOn(Date, "now").mockImplementation(() => startMs + (times.shift() ?? 2000));
    await faults(1);
    expect(await succeed()).toEqual(heldBack);
    clock.mockRestore();
  });

  it("keeps no timer", async () => {
    const { faults } = breakerOf();
    await faults(5);
    expect(vi.getTimerCount()).toBe(0);
  });
});
