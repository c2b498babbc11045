import { expect, it } from "vitest";
import { createGate } from "../../../src/local/dynamodb/gate.ts";

it("lets work in together until somebody wants to be alone, then in order of arrival", async () => {
  const gate = createGate();
  const events: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => async () => {
    events.push(`${name} in`);
    await new Promise<void>((end) => ends.set(name, end));
    events.push(`${name} out`);
  };
  const all = [
    gate.together(work("a")),
    gate.together(work("b")),
    gate.alone(work("c")),
    gate.together(work("d")),
  ];
  const finish = async (name: string) => {
    await expect.poll(() => ends.has(name)).toBe(true);
    ends.get(name)?.();
  };
  await finish("b");
  await finish("a");
  await finish("c");
  await finish("d");
  await Promise.all(all);
  expect(events).toEqual(["a in", "b in", "b out", "a out", "c in", "c out", "d in", "d out"]);
});

it("lets the next in when work fails", async () => {
  const gate = createGate();
  await expect(gate.alone(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await gate.alone(() => Promise.resolve("next"))).toBe("next");
});
