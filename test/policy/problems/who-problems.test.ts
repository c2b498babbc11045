import { describe, expect, it } from "vitest";
import { anAllow, problemsIn, roleArn } from "../../support/ruling.ts";

const two = { issuers: ["staff", "customers"] };
const service = { credentials: "service", role: roleArn("service") };

describe("S1.1 a who that is about nobody", () => {
  const ALONE = "0.who.guest: a guest has nothing else to tell it by: guest: true stands alone";
  const TWO_KINDS =
    "0.who.authenticated: authenticated: true means users, and no machine is one; write two rules";

  it.each([
    [{ guest: true, issuers: ["staff"] }, ALONE],
    [{ guest: true, authenticated: true }, ALONE],
    [{ guest: true, machine: true }, ALONE],
    [{ guest: true, groups: ["a"] }, ALONE],
    [{ guest: true, claims: { a: "b" } }, ALONE],
    [{ guest: true, clients: ["web"] }, ALONE],
    [{ machine: true, authenticated: true }, TWO_KINDS],
  ])("is found in an allow and in a deny: %o", (who, message) => {
    expect(problemsIn(anAllow("a", { who: who as never, ...service }))).toContain(message);
    expect(problemsIn({ name: "a", deny: ["*"], who })).toEqual([message]);
  });

  it.each([
    { guest: true },
    { machine: true, clients: ["service"] },
    { clients: ["web"], authenticated: true },
  ])("is not one that tells callers apart: %o", (who) => {
    expect(problemsIn({ name: "a", deny: ["*"], who })).toEqual([]);
  });
});

describe("who.issuers", () => {
  it("names issuers that are there", () => {
    expect(problemsIn(anAllow("a", { who: { issuers: ["staff", "gone"] } }))).toEqual([
      '0.who.issuers.1: no user pool or issuer is named "gone" (there is staff)',
    ]);
    expect(problemsIn({ name: "a", deny: ["*"], who: { issuers: ["gone"] } })).toHaveLength(1);
  });
});

describe("S1.3 with more than one user pool or issuer", () => {
  const NAMELESS = "0.who.issuers: with more than one user pool or issuer an allow names its issuers";

  it.each([{ authenticated: true }, { groups: ["admins"] }, { clients: ["web"] }, { claims: { a: "b" } }])(
    "an allow names its issuers: %o",
    (who) => {
      expect(problemsIn(anAllow("a", { who: who as never }), two)).toEqual([NAMELESS]);
      expect(problemsIn(anAllow("a", { who: { ...(who as object), issuers: ["staff"] } }), two)).toEqual([]);
    },
  );

  it("so does one for machines", () => {
    expect(problemsIn(anAllow("a", { who: { machine: true }, ...service }), two)).toEqual([NAMELESS]);
  });

  it("one for guests does not: they have none", () => {
    expect(problemsIn(anAllow("a", { who: { guest: true } }), two)).toEqual([]);
  });

  it("a deny need not, and then means all", () => {
    expect(problemsIn({ name: "a", deny: ["*"], who: { groups: ["x"] } }, two)).toEqual([]);
  });
});
