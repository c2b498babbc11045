import { describe, expect, it } from "vitest";
import { anAllow, problemsIn, roleArn } from "../../support/ruling.ts";

const role = roleArn("analyst");
const STS_SOURCES = ["basic", "direct", "service"];

describe("the source of an allow", () => {
  it("is one that is there", () => {
    expect(problemsIn(anAllow("a", { credentials: "other" }))).toEqual([
      '0.credentials: no credential source is named "other"',
    ]);
  });

  it("is named where there is no default", () => {
    const none = { defaultSource: undefined };
    expect(problemsIn(anAllow("a"), none)).toEqual([
      "0.credentials: with no default source an allow names one of pool, basic, direct, service",
    ]);
    expect(problemsIn(anAllow("a", { credentials: "pool" }), none)).toEqual([]);
  });
});

describe("role: pool", () => {
  it.each(STS_SOURCES)("is nothing that the source %s can give", (source) => {
    const message = `0.role: the source "${source}" chooses no role: name a role`;
    expect(problemsIn(anAllow("a", { credentials: source }))).toEqual([message]);
    expect(problemsIn(anAllow("a"), { defaultSource: source })).toEqual([message]);
    expect(problemsIn(anAllow("a", { credentials: source, role }))).toEqual([]);
  });

  it("is what the enhanced flow gives, and a role too", () => {
    expect(problemsIn(anAllow("a"))).toEqual([]);
    expect(problemsIn(anAllow("a", { role }))).toEqual([]);
  });
});

const notForGuests = (source: string) =>
  `0.who.guest: guests get the role that the identity pool gives them: role: pool, with a source of its enhanced flow (here ${source})`;

describe("S2.8 a rule for guests", () => {
  const guests = anAllow("a", { who: { guest: true } });

  it("has the enhanced flow of an identity pool, which chooses the role", () => {
    expect(problemsIn(guests)).toEqual([]);
    expect(problemsIn({ ...guests, role })).toEqual([notForGuests("pool")]);
  });

  it.each(STS_SOURCES)("cannot use the source %s", (credentials) => {
    expect(problemsIn({ ...guests, credentials })).toEqual([notForGuests(credentials)]);
    expect(problemsIn({ ...guests, credentials, role })).toEqual([notForGuests(credentials)]);
  });
});

describe("S2.1 a rule for machines", () => {
  const machines = anAllow("a", { who: { machine: true }, role });

  it.each(["pool", "basic", "direct"])(
    "cannot use the source %s, which asks for an ID token",
    (credentials) => {
      expect(problemsIn({ ...machines, credentials })).toEqual([
        `0.who.machine: a machine has no ID token, and the source "${credentials}" asks for one: name a source of type assume-role`,
      ]);
    },
  );

  it("has assume-role", () => {
    expect(problemsIn({ ...machines, credentials: "service" })).toEqual([]);
  });
});

describe("a rule that names no source", () => {
  const upstreamSources = new Map([
    ["s3", "service"],
    ["orders", "basic"],
    ["things", "service"],
  ]);

  it("must do with the default and with every upstream's, each told once", () => {
    expect(problemsIn(anAllow("a"), { upstreamSources })).toEqual([
      '0.role: the source "basic" chooses no role: name a role',
      '0.role: the source "service" chooses no role: name a role',
    ]);
    expect(problemsIn(anAllow("a", { who: { machine: true }, role }), { upstreamSources })).toHaveLength(2);
    expect(problemsIn(anAllow("a", { role, sessionName: "x" }), { upstreamSources })).toEqual([
      '0.sessionName: the enhanced flow of an identity pool takes no session settings (source "pool")',
    ]);
  });

  it("need not where it names one", () => {
    expect(problemsIn(anAllow("a", { credentials: "pool" }), { upstreamSources })).toEqual([]);
  });

  it("is a deny, to which no source matters", () => {
    expect(problemsIn({ name: "a", deny: ["*"], who: { machine: true } }, { upstreamSources })).toEqual([]);
  });
});
