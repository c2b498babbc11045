import { expect, it } from "vitest";
import { needsRestart } from "../../src/sidecar/restart.ts";
import { configOf } from "../config/reading.ts";

const SOCKET = { address: "unix:/run/a.sock" };
const PORT = { address: "127.0.0.1:4484", secret: "${file:/secret}" };
const FILES = { "/secret": "0123456789abcdef", "/next": "fedcba9876543210" };
const changed = (running: object, next: object) =>
  needsRestart(configOf(running, FILES), configOf(next, FILES));
const told = (...names: readonly string[]) =>
  names.map((name) => `authorize.${name}: a new value needs a restart`);

it("keeps where an outer proxy asks until a restart", () => {
  expect(changed({}, { authorize: SOCKET })).toEqual(told("address"));
  expect(changed({ authorize: SOCKET }, { authorize: PORT })).toEqual(told("address"));
  expect(changed({ authorize: SOCKET }, { authorize: { ...SOCKET, mode: "0600" } })).toEqual(told("mode"));
});

it("refuses an outer proxy at once that is not configured any more", () => {
  expect(changed({ authorize: { ...SOCKET, mode: "0600" } }, {})).toEqual([]);
});

it("takes over how it asks, and by which secret", () => {
  const next = { ...PORT, secret: "${file:/next}", uriHeader: "X-Forwarded-Uri", exact: true };
  expect(changed({ authorize: PORT }, { authorize: next })).toEqual([]);
});
