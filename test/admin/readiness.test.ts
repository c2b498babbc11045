import { expect, it } from "vitest";
import { createReadiness } from "../../src/admin/readiness.ts";

it("waits for every condition, and names those that do not hold", () => {
  const holds = { keys: false, listener: false };
  const { check } = createReadiness(() => [
    { name: "keys", holds: () => holds.keys },
    { name: "listener", holds: () => holds.listener },
  ]);
  expect(check()).toEqual({ ready: false, waitingFor: ["keys", "listener"], draining: false });
  holds.listener = true;
  expect(check()).toEqual({ ready: false, waitingFor: ["keys"], draining: false });
  holds.keys = true;
  expect(check()).toEqual({ ready: true, waitingFor: [], draining: false });
});

it("is a latch: what is lost later does not take it back", () => {
  let holds = true;
  const { check } = createReadiness(() => [{ name: "keys", holds: () => holds }]);
  check();
  holds = false;
  expect(check()).toEqual({ ready: true, waitingFor: [], draining: false });
});

it("is never ready again once it drains", () => {
  let holds = false;
  const { check, drain } = createReadiness(() => [{ name: "keys", holds: () => holds }]);
  drain();
  expect(check()).toEqual({ ready: false, waitingFor: ["keys"], draining: true });
  holds = true;
  expect(check()).toEqual({ ready: false, waitingFor: [], draining: true });
});

it("without conditions is ready at once", () => {
  expect(createReadiness(() => []).check().ready).toBe(true);
});
