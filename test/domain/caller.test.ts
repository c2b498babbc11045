import { describe, expect, it } from "vitest";
import { claimStrings } from "../../src/domain/caller.ts";

describe("claimStrings", () => {
  it.each([
    ["a string", "acme", ["acme"]],
    ["a list", ["a", "b"], ["a", "b"]],
    ["a number", 7, ["7"]],
    ["a truth value", false, ["false"]],
    ["a list of both", [1, "1", true], ["1", "1", "true"]],
  ])("reads %s as its strings", (_name, value, strings) => {
    expect(claimStrings(value)).toEqual(strings);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an object", { toString: (): string => "admins" }],
    ["lists within lists", [["admins"]]],
    ["a number that JSON has rounded", [JSON.parse("9007199254740993"), 1.5]],
    ["what every object has", Object.prototype.constructor],
  ])("reads nothing in %s", (_name, value) => {
    expect(claimStrings(value)).toEqual([]);
  });

  it("does not split a string at its commas", () => {
    expect(claimStrings("admins,editors")).toEqual(["admins,editors"]);
  });
});
