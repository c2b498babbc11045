import { expect, it } from "vitest";
import { StageClock } from "../../src/proxy/stage-clock.ts";
import { STAGES } from "../../src/telemetry/outcome.ts";

it("counts the time between two stages to the first of them, and nothing to those that were not reached", () => {
  const clock = new StageClock();
  const startMs = performance.now();
  clock.enter("operation", startMs + 10);
  clock.enter("decision", startMs + 30);
  clock.enter("credentials", startMs + 31);
  expect(clock.identity).toBeGreaterThan(9);
  expect(clock).toMatchObject({ operation: 20, decision: 1 });
  expect([clock.credentials, clock.upstream, clock.answer]).toEqual([undefined, undefined, undefined]);
});

it("adds up what is done again", () => {
  const clock = new StageClock();
  const startMs = performance.now();
  clock.enter("decision", startMs);
  clock.enter("upstream", startMs + 1);
  clock.enter("decision", startMs + 5);
  clock.enter("upstream", startMs + 7);
  clock.enter("answer", startMs + 17);
  expect(clock).toMatchObject({ decision: 3, upstream: 14 });
});

it("has all stages in the end, and is those and nothing else to whoever writes it down", () => {
  const clock = new StageClock();
  for (const stage of STAGES) clock.enter(stage);
  clock.stop();
  expect(Object.keys(clock)).toEqual([...STAGES]);
  expect(Object.values(clock).every((ms) => typeof ms === "number" && ms >= 0)).toBe(true);
});
