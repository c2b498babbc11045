import { describe, expect, it, vi } from "vitest";
import { decide } from "../../src/policy/decide.ts";
import { keepLast } from "../../src/policy/keep-last.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy } from "../support/ruling.ts";

describe("what is made of a caller", () => {
  it("is made once until another comes", () => {
    const [anna, bob] = [aCaller({ sub: "anna" }), aCaller({ sub: "bob" })];
    const make = vi.fn(({ claims }: typeof anna) => claims["sub"]);
    const made = keepLast(make, ({ claims }: typeof anna) => claims);
    expect([anna, anna, bob, bob, anna].map(made)).toEqual(["anna", "anna", "bob", "bob", "anna"]);
    expect(make).toHaveBeenCalledTimes(3);
  });

  it("is remembered where it is nothing", () => {
    const make = vi.fn(() => undefined);
    const anna = aCaller();
    const made = keepLast(make, ({ claims }: typeof anna) => claims);
    expect([made(anna), made(anna)]).toEqual([undefined, undefined]);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("holds for a whole batch: a claim of thousands is not read for each of its thousands", () => {
    const teams = Array.from({ length: 2000 }, (_, i) => `team-${i}`);
    let reads = 0;
    const claims = Object.defineProperty({}, "teams", {
      enumerable: true,
      get: () => {
        reads++;
        return teams;
      },
    });
    const when = { "ForAnyValue:StringEquals": { "claim:teams": "team-x" } };
    const policy = aPolicy([anAllow("all"), { name: "no", deny: ["s3:DeleteObject"], when }]);
    const requirements = Array.from({ length: 1000 }, (_, i) => ({
      action: "s3:DeleteObject",
      resource: `arn:aws:s3:::b/${i}`,
    }));
    const caller = aCaller({}, { claims });
    expect(decide(policy, caller, anOperation(requirements), aContext()).verdict).toBe("permit");
    expect(reads).toBeLessThan(5);
  });
});
