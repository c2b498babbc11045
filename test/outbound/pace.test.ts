import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HeldBackError } from "../../src/outbound/held-back.ts";
import { createPace, type PaceOptions } from "../../src/outbound/pace.ts";
import type { Turn } from "../../src/outbound/waiting-room.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  // First the spies: one that outlived the false clock would put it back.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const ANNA: Turn = { group: "staff", member: "anna", guest: false };
const BEN: Turn = { group: "staff", member: "ben", guest: false };
const PARTNER: Turn = { group: "partners", member: "paula", guest: false };
const GUEST: Turn = { group: "-", member: "", guest: true };

/** Ten a second, of which three go at once after a pause. */
function paceOf(options: Partial<PaceOptions> = {}) {
  const pace = createPace({ perSecond: 10, now: Date.now, ...options });
  const ends: string[] = [];
  const startMs = Date.now();
  const take = (turn: Turn, times = 1): void => {
    for (let i = 0; i < times; i++) {
      const told = (how: string) => () =>
        void ends.push(`${turn.member || "guest"} ${how} ${Date.now() - startMs}`);
      pace.take(turn).then(told("went"), told("held back"));
    }
  };
  /** How all has ended that was asked for till now: who, how, and when. */
  const after = async (ms: number): Promise<readonly string[]> => {
    await vi.advanceTimersByTimeAsync(ms);
    return ends.splice(0);
  };
  return { take, after };
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe("createPace", () => {
  it("lets a few go at once after a pause, and the others at its rate", async () => {
    const { take, after } = paceOf();
    take(ANNA, 6);
    expect(await after(0)).toEqual(times(3, () => "anna went 0"));
    expect(await after(300)).toEqual(["anna went 100", "anna went 200", "anna went 300"]);
    expect(await after(10_000)).toEqual([]);
    take(ANNA, 4);
    expect(await after(0)).toEqual(times(3, () => "anna went 10300"));
  });

  it("keeps no timer when nobody waits", async () => {
    const { take, after } = paceOf();
    take(ANNA, 3);
    await after(0);
    expect(vi.getTimerCount()).toBe(0);
    take(ANNA, 5);
    expect(vi.getTimerCount()).toBe(1);
    await after(500);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("S2.12 gives each issuer its turn, and within it each caller", async () => {
    const { take, after } = paceOf();
    take(ANNA, 10);
    take(BEN);
    take(PARTNER, 2);
    await after(0);
    expect(await after(500)).toEqual([
      "anna went 100",
      "paula went 200",
      "ben went 300",
      "paula went 400",
      "anna went 500",
    ]);
  });

  it("holds back at once what could not go in time", async () => {
    const { take, after } = paceOf();
    take(ANNA, 24);
    expect(await after(0)).toEqual([...times(3, () => "anna went 0"), "anna held back 0"]);
  });

  it("holds back at once what would not fit into the queue", async () => {
    const { take, after } = paceOf({ maxQueued: 2 });
    take(ANNA, 6);
    expect(await after(0)).toEqual([...times(3, () => "anna went 0"), "anna held back 0"]);
    expect(await after(1000)).toEqual(["anna went 100", "anna went 200"]);
  });

  it("S2.12 makes room in a full queue at the cost of who takes up most of it", async () => {
    const { take, after } = paceOf({ maxQueued: 4 });
    take(ANNA, 7);
    await after(0);
    take(BEN);
    expect(await after(0)).toEqual(["anna held back 0"]);
    take(PARTNER);
    expect(await after(0)).toEqual(["anna held back 0"]);
    take(ANNA);
    expect(await after(0)).toEqual(["anna held back 0"]);
    expect(await after(1000)).toEqual(["anna went 100", "paula went 200", "ben went 300", "anna went 400"]);
  });

  it("holds back who has waited as long as anybody may", async () => {
    const { take, after } = paceOf();
    take(ANNA, 3);
    for (let i = 0; i < 10; i++) take({ ...BEN, member: `ben ${i}` });
    const ends: string[] = [];
    for (let ms = 0; ms < 3000; ms += 100) {
      take({ group: "partners", member: `paula ${ms}`, guest: false });
      take({ group: "suppliers", member: `sam ${ms}`, guest: false });
      ends.push(...(await after(100)));
    }
    expect(ends.filter((end) => end.startsWith("ben"))).toEqual([
      ...times(7, (i) => `ben ${i} went ${i * 300 + 100}`),
      ...times(3, (i) => `ben ${i + 7} held back 2000`),
    ]);
  });

  it("S2.12 lets guests have a fifth, even where nobody else asks", async () => {
    const { take, after } = paceOf();
    take(GUEST, 3);
    expect(await after(0)).toEqual(["guest went 0"]);
    expect(await after(1000)).toEqual(["guest went 300", "guest went 800"]);
  });

  it("sleeps until a guest may go, where only guests wait", async () => {
    const { take, after } = paceOf();
    take(GUEST, 2);
    await after(0);
    await vi.advanceTimersToNextTimerAsync();
    expect(await after(0)).toEqual(["guest went 300"]);
  });

  it("keeps no process running", () => {
    const setTimer = vi.spyOn(globalThis, "setTimeout");
    paceOf().take(ANNA, 4);
    expect(setTimer.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
    setTimer.mockRestore();
  });

  it("S2.12 lets guests have a fifth of the queue, and others wait for none of them", async () => {
    const { take, after } = paceOf();
    take(GUEST, 30);
    expect(await after(0)).toEqual(["guest went 0", ...times(25, () => "guest held back 0")]);
    take(ANNA, 2);
    expect(await after(0)).toEqual(["anna went 0", "anna went 0"]);
  });

  it("goes on, and lets go of everybody, where the clock is set back or stands still", async () => {
    let nowMs = 1_000_000;
    const { take, after } = paceOf({ now: () => nowMs });
    take(ANNA, 8);
    await after(0);
    nowMs = 0;
    expect(await after(1000)).toEqual(times(5, (i) => `anna went ${(i + 1) * 100}`));
    take(ANNA, 40);
    nowMs = -5_000_000;
    expect(await after(3000)).toHaveLength(40);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("knows no limit where there is none", async () => {
    const { take, after } = paceOf({ perSecond: Number.POSITIVE_INFINITY });
    take(ANNA, 5000);
    take(GUEST, 5000);
    expect((await after(0)).filter((end) => end.endsWith("went 0"))).toHaveLength(10_000);
  });

  it("knows very low rates", async () => {
    const { take, after } = paceOf({ perSecond: 0.5 });
    take(ANNA, 3);
    expect(await after(0)).toEqual(["anna went 0", "anna held back 0"]);
    expect(await after(2000)).toEqual(["anna went 1800"]);
  });

  it.each([0, -1, Number.NaN])("is not made for a rate of %d", (perSecond) => {
    expect(() => createPace({ perSecond, now: Date.now })).toThrow(RangeError);
  });

  it("says who held the call back", async () => {
    const pace = createPace({ perSecond: 10, now: Date.now, maxQueued: 0 });
    const ends = Promise.allSettled(times(4, () => pace.take(ANNA)));
    expect((await ends)[3]).toMatchObject({ reason: new HeldBackError("pace") });
    expect((await ends)[3]).toMatchObject({ reason: { name: "HeldBackError", by: "pace" } });
  });
});
