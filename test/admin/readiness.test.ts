import { expect, it } from "vitest";
import { type Condition, createReadiness as createLockable } from "../../src/admin/readiness.ts";

const createReadiness = (conditions: () => readonly Condition[]) => createLockable(conditions, () => false);

it("waits for every condition, and names those that do not hold", () => {
  const holds = { keys: false, listener: false };
  const { check } = createReadiness(() => [
    { name: "keys", holds: () => holds.keys },
    { name: "listener", holds: () => holds.listener },
  ]);
  expect(check()).toEqual({ ready: false, waitingFor: ["keys", "listener"], draining: false, locked: false });
  holds.listener = true;
  expect(check()).toEqual({ ready: false, waitingFor: ["keys"], draining: false, locked: false });
  holds.keys = true;
  expect(check()).toEqual({ ready: true, waitingFor: [], draining: false, locked: false });
});

it("is a latch: what is lost later does not take it back", () => {
  let holds = true;
  const { check } = createReadiness(() => [{ name: "keys", holds: () => holds }]);
  check();
  holds = false;
  expect(check()).toEqual({ ready: true, waitingFor: [], draining: false, locked: false });
});

it("is never ready again once it drains", () => {
  let holds = false;
  const { check, drain } = createReadiness(() => [{ name: "keys", holds: () => holds }]);
  drain();
  expect(check()).toEqual({ ready: false, waitingFor: ["keys"], draining: true, locked: false });
  holds = true;
  expect(check()).toEqual({ ready: false, waitingFor: [], draining: true, locked: false });
});

it("without conditions is ready at once", () => {
  expect(createReadiness(() => []).check().ready).toBe(true);
});

it("is not ready while an operator has it locked, and is again after that", () => {
  let locked = false;
  const { check } = createLockable(
    () => [],
    () => locked,
  );
  expect(check().ready).toBe(true);
  locked = true;
  expect(check()).toEqual({ ready: false, waitingFor: [], draining: false, locked: true });
  locked = false;
  expect(check().ready).toBe(true);
});
