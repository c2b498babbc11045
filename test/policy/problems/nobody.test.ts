import { expect, it } from "vitest";
import type { WhoDocument } from "../../../src/policy/document.ts";
import { type CallerTraits, nobody } from "../../../src/policy/problems/nobody.ts";
import { anAllow } from "../../support/ruling.ts";

const callers = new Map<string, CallerTraits>([
  ["staff", { clientIds: ["web"], tokens: ["id", "access"], hasGroups: true }],
  ["customers", { clientIds: ["shop"], tokens: ["id"], hasGroups: true }],
  ["google", { clientIds: ["g"], tokens: ["id"], hasGroups: false }],
]);
const paths = (who: WhoDocument, changes: object = {}) =>
  nobody({ ...anAllow("a", { who }), ...changes }, { callers }).map(({ path }) => path.join("."));

it.each<readonly [who: WhoDocument, paths: readonly string[]]>([
  [{ issuers: ["staff"], clients: ["web", "shop"] }, ["who.clients.1"]],
  [{ clients: ["web", "shop"] }, []],
  [{ issuers: ["google"], groups: ["a"] }, ["who.groups"]],
  [{ issuers: ["google", "staff"], groups: ["a"] }, []],
  [{ issuers: ["customers"], machine: true }, ["who.machine"]],
  [{ machine: true }, []],
  [{ issuers: ["customers"], scopes: ["a"] }, ["who.scopes"]],
  [{ guest: true }, []],
  [{ issuers: ["gone"], groups: ["a"] }, []],
])("finds callers that cannot be: %j", (who, expected) => {
  expect(paths(who)).toEqual(expected);
});

it("leaves a deny by scopes, which is for users with ID tokens too", () => {
  expect(paths({ issuers: ["customers"], scopes: ["a"] }, { allow: undefined, deny: ["*"] })).toEqual([]);
});

it("says nothing while some issuers are not known, and takes any client where a pool does", () => {
  expect(nobody(anAllow("a", { who: { clients: ["x"] } }), {})).toEqual([]);
  const open = new Map([["staff", { clientIds: "any", tokens: ["id"], hasGroups: true } as const]]);
  expect(nobody(anAllow("a", { who: { clients: ["x"] } }), { callers: open })).toEqual([]);
});
