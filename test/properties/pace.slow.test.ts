import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPace } from "../../src/outbound/pace.ts";
import type { Turn } from "../../src/outbound/waiting-room.ts";

const MAX_WAIT_MS = 2000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

interface Arrival {
  readonly atMs: number;
  readonly turn: Turn;
  readonly count: number;
}

interface End {
  readonly turn: Turn;
  readonly cameMs: number;
  readonly endedMs: number;
  readonly went: boolean;
}

const turn: fc.Arbitrary<Turn> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      group: fc.constantFrom("a", "b", "c"),
      member: fc.constantFrom("x", "y", "z"),
      guest: fc.constant(false),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ group: "-", member: "", guest: true }) },
);
const arrivals: fc.Arbitrary<Arrival[]> = fc
  .array(fc.record({ atMs: fc.nat(4000), turn, count: fc.integer({ min: 1, max: 40 }) }), { maxLength: 30 })
  .map((all) => all.toSorted((one, other) => one.atMs - other.atMs));
const rate = fc.constantFrom(0.7, 5, 25, 60);

/** Plays arrivals against a pace, and tells in order how each ended. */
async function play(perSecond: number, sequence: readonly Arrival[]): Promise<readonly End[]> {
  const pace = createPace({ perSecond, now: Date.now, maxWaitMs: MAX_WAIT_MS });
  const startMs = Date.now();
  const timeMs = (): number => Date.now() - startMs;
  const ends: End[] = [];
  for (const { atMs, turn, count } of sequence) {
    await vi.advanceTimersByTimeAsync(atMs - timeMs());
    for (let i = 0; i < count; i++) {
      const end = (went: boolean) => () => void ends.push({ turn, cameMs: atMs, endedMs: timeMs(), went });
      pace.take(turn).then(end(true), end(false));
    }
  }
  await vi.advanceTimersByTimeAsync(MAX_WAIT_MS + 1);
  return ends;
}

/** By how many calls the busiest span of time has more than a rate and its burst allow. */
function excessOf(perSecond: number, times: readonly number[]): number {
  let excess = 0;
  for (const [i, from] of times.entries())
    for (let j = i; j < times.length; j++) {
      const allowed = 1 + (perSecond * (200 + (times[j] ?? 0) - from)) / 1000;
      excess = Math.max(excess, j - i + 1 - allowed);
    }
  return excess;
}

const timesOf = (ends: readonly End[]): number[] =>
  ends.filter(({ went }) => went).map(({ endedMs }) => endedMs);

describe("the pace", () => {
  it("S2.12 keeps to its rate in every span of time, and guests to a fifth of it", async () => {
    await fc.assert(
      fc.asyncProperty(rate, arrivals, async (perSecond, sequence) => {
        const ends = await play(perSecond, sequence);
        expect(excessOf(perSecond, timesOf(ends))).toBeLessThan(1e-6);
        expect(excessOf(perSecond / 5, timesOf(ends.filter(({ turn }) => turn.guest)))).toBeLessThan(1e-6);
      }),
      { numRuns: 100 },
    );
  });

  it("ends every wait, in time, and leaves nothing behind", async () => {
    await fc.assert(
      fc.asyncProperty(rate, arrivals, async (perSecond, sequence) => {
        const ends = await play(perSecond, sequence);
        expect(ends).toHaveLength(sequence.reduce((sum, { count }) => sum + count, 0));
        expect(Math.max(0, ...ends.map(({ cameMs, endedMs }) => endedMs - cameMs))).toBeLessThanOrEqual(
          MAX_WAIT_MS,
        );
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("holds nobody back while fewer ask than may go", async () => {
    await fc.assert(
      fc.asyncProperty(rate, fc.array(turn, { maxLength: 20 }), async (perSecond, turns) => {
        const apart = turns.map((one, i) => ({
          atMs: Math.ceil((i * 5000) / perSecond),
          turn: one,
          count: 1,
        }));
        const ends = await play(perSecond, apart);
        expect(ends.every(({ went, cameMs, endedMs }) => went && cameMs === endedMs)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("S2.12 keeps nobody waiting for more than a round, however much others ask", async () => {
    const floods = fc.array(turn, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(5, 25, 60),
        floods,
        fc.nat(3000),
        async (perSecond, flooders, atMs) => {
          const newcomer: Turn = { group: "a", member: "new", guest: false };
          const flood = Array.from({ length: 70 }, (_, i) =>
            flooders.map((one) => ({ atMs: i * 50, turn: one, count: 10 })),
          ).flat();
          const sequence = [...flood, { atMs, turn: newcomer, count: 1 }].toSorted(
            (one, other) => one.atMs - other.atMs,
          );
          const ends = await play(perSecond, sequence);
          const own = ends.findIndex((end) => end.turn === newcomer);
          const { cameMs, went } = ends[own]!;
          const before = ends.slice(0, own).filter((end) => end.went && end.endedMs > cameMs).length;
          const groups = new Set(flooders.map(({ group }) => group).concat("a")).size;
          const neighbours = new Set(
            flooders.filter(({ group }) => group === "a").map(({ member }) => member),
          ).size;
          const round = groups * (neighbours + 1);
          // A round that takes longer than anybody may wait can end without a turn.
          expect(went || round > (perSecond * MAX_WAIT_MS) / 1000).toBe(true);
          expect(before).toBeLessThan(round);
        },
      ),
      { numRuns: 25 },
    );
  });
});
