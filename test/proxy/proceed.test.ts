import { expect, it } from "vitest";
import { proceed } from "../../src/proxy/proceed.ts";

it("goes on with a value before it returns", () => {
  const seen: number[] = [];
  expect(proceed(1, (value) => seen.push(value))).toBe(1);
  expect(seen).toEqual([1]);
});

it("goes on with a promise when it is there, and hands its fault on", async () => {
  const seen: number[] = [];
  const going = proceed(Promise.resolve(1), (value) => seen.push(value));
  expect(seen).toEqual([]);
  await going;
  expect(seen).toEqual([1]);
  const fault = new Error("no");
  await expect(proceed(Promise.reject<number>(fault), () => 2)).rejects.toBe(fault);
});
