import { expect, it } from "vitest";
import { createQuotas } from "../../src/local/quotas.ts";

function taken(take: (operation: string) => boolean, operation: string, calls: number): number {
  return Array.from({ length: calls }, () => take(operation)).filter(Boolean).length;
}

it("lets so many calls a second through, each operation on its own", () => {
  const clock = { ms: 1_000_000 };
  const take = createQuotas({ GetId: 25, AssumeRole: 1 }, () => clock.ms);
  expect(taken(take, "GetId", 100)).toBe(25);
  expect(taken(take, "AssumeRole", 2)).toBe(1);
  clock.ms += 200;
  expect(taken(take, "GetId", 100)).toBe(5);
  expect(taken(take, "AssumeRole", 2)).toBe(0);
  clock.ms += 60_000;
  expect(taken(take, "GetId", 100)).toBe(25);
});

it("does not limit what is not listed, whatever its name", () => {
  const take = createQuotas({ GetId: 0 }, () => 0);
  expect(taken(take, "GetId", 3)).toBe(0);
  for (const operation of ["GetCredentialsForIdentity", "toString", "constructor", ""]) {
    expect(taken(take, operation, 50)).toBe(50);
  }
});

it("is not moved by a clock that goes back", () => {
  const clock = { ms: 10_000 };
  const take = createQuotas({ GetId: 1 }, () => clock.ms);
  expect(take("GetId")).toBe(true);
  clock.ms = 0;
  expect(take("GetId")).toBe(false);
});
