import { describe, expect, it } from "vitest";
import {
  agoInWords,
  bytesInWords,
  countInWords,
  momentInWords,
  partInWords,
  rateInWords,
  spanInWords,
  timeInWords,
  tookInWords,
} from "../../../src/admin/console/sheet/amounts.ts";

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;

describe("amounts in words", () => {
  it.each([
    [-5 * S, "0 s"],
    [59.9 * S, "59 s"],
    [119 * S, "119 s"],
    [2 * MIN, "2 min"],
    [H + 5 * MIN, "1 h 5 min"],
    [49 * H, "2 d 1 h"],
  ])("a span of %d ms", (ms, words) => expect(spanInWords(ms)).toBe(words));

  it.each([
    [-S, "just now"],
    [9 * S, "just now"],
    [39 * S, "30 s ago"],
    [61 * S, "1 min ago"],
    [2 * H, "2 h 0 min ago"],
  ])("%d ms ago", (ms, words) => expect(agoInWords(ms)).toBe(words));

  it.each([
    [undefined, "–"],
    [0.0414, "0.04 ms"],
    [2.34, "2.3 ms"],
    [123.4, "123 ms"],
    [1234, "1.2 s"],
    [61_000, "61 s"],
  ])("something that took %d ms", (ms, words) => expect(tookInWords(ms)).toBe(words));

  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [1_234_567, "1,234,567"],
  ])("%d times", (count, words) => expect(countInWords(count)).toBe(words));

  it.each([
    [0, "0"],
    [0.003, "< 0.01"],
    [0.03, "0.03"],
    [0.5, "0.5"],
    [12.4, "12"],
    [4321, "4,321"],
  ])("%d a second", (rate, words) => expect(rateInWords(rate)).toBe(words));

  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KiB"],
    [64 * 1024 ** 2, "64 MiB"],
    [5 * 1024 ** 4, "5120 GiB"],
  ])("%d bytes", (bytes, words) => expect(bytesInWords(bytes)).toBe(words));

  it.each([
    [0, 10, "0 %"],
    [0, 0, "0 %"],
    [1, 1000, "< 1 %"],
    [1, 3, "33 %"],
    [3, 3, "100 %"],
  ])("%d of %d", (part, whole, words) => expect(partInWords(part, whole)).toBe(words));

  it("moments are in UTC", () => {
    const atMs = Date.UTC(2026, 0, 15, 3, 4, 5);
    expect([timeInWords(atMs), momentInWords(atMs)]).toEqual(["03:04:05", "2026-01-15 03:04:05 UTC"]);
  });
});
