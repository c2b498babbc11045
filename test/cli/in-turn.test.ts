import { expect, it } from "vitest";
import { inTurn } from "../../src/cli/in-turn.ts";

it("never runs a task beside itself, and once more for all that was asked meanwhile", async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const ask = inTurn(async () => {
    most = Math.max(most, ++running);
    runs++;
    await gate;
    running--;
  });
  ask();
  ask();
  ask();
  expect(runs).toBe(1);
  open();
  await new Promise(setImmediate);
  expect([runs, most]).toEqual([2, 1]);
  ask();
  await new Promise(setImmediate);
  expect([runs, most]).toEqual([3, 1]);
});
