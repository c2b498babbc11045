import { EventEmitter, once } from "node:events";
import { expect, it } from "vitest";
import { inTurn } from "../../src/cli/in-turn.ts";

it("never runs a task beside itself, and once more for all that was asked meanwhile", async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const gate = new EventEmitter();
  const ask = inTurn(async () => {
    most = Math.max(most, ++running);
    runs++;
    if (runs === 1) await once(gate, "open");
    running--;
  });
  ask();
  ask();
  ask();
  expect(runs).toBe(1);
  gate.emit("open");
  await new Promise(setImmediate);
  expect([runs, most]).toEqual([2, 1]);
  ask();
  await new Promise(setImmediate);
  expect([runs, most]).toEqual([3, 1]);
});
