import { describe, expect, it } from "vitest";
import { RECORDED } from "../../src/policy/record.ts";
import {
  createObserved,
  type Observable,
  type Observed,
  type ObservedLimits,
} from "../../src/telemetry/observed.ts";
import type { Outcome } from "../../src/telemetry/outcome.ts";
import { outcomeOf, packetOf, refusedPacketOf } from "./outcomes.ts";

const S3 = "arn:aws:s3:::";
const NOW = Date.UTC(2026, 0, 15, 12);

/** A read of an object, let through to be recorded. */
function read(key: string, changes: Partial<Outcome> = {}): Outcome {
  const requirements = [{ action: "s3:GetObject", resource: `${S3}reports/${key}` }];
  return outcomeOf({ requirements, rule: RECORDED, role: "pool", assumedRole: undefined, ...changes });
}

function observedOf(outcomes: readonly Outcome[], limits?: ObservedLimits) {
  const observed = createObserved(() => NOW, limits);
  for (const outcome of outcomes) observed.record(outcome);
  return observed;
}

function usesOf(outcome: Observable) {
  const observed = createObserved(() => NOW);
  observed.record(outcome);
  return observed.uses();
}

const resourcesIn = (outcomes: readonly Outcome[]): readonly string[] =>
  observedOf(outcomes)
    .uses()
    .map(({ resource }) => resource);

const roleIn = (changes: Partial<Outcome>): unknown => observedOf([read("a", changes)]).uses()[0]?.role;

/** Reads of so many tables. */
const tables = (count: number, changes: Partial<Outcome> = {}): readonly Outcome[] =>
  Array.from({ length: count }, (_, i) =>
    read("", { requirements: [{ action: "dynamodb:GetItem", resource: `table-${i}` }], ...changes }),
  );

describe("what is observed", () => {
  it("is told by groups, action and resource, and by nobody's name", () => {
    let atMs = NOW;
    const observed = createObserved(() => atMs++);
    observed.record(read("q3.txt"));
    observed.record(read("q3.txt"));
    expect(observed.uses()).toEqual([
      {
        issuer: "local",
        groups: ["analysts"],
        action: "s3:GetObject",
        resource: `${S3}reports/q3.txt`,
        rule: undefined,
        role: undefined,
        times: 2,
        callers: 1,
        firstMs: NOW,
        lastMs: NOW + 1,
      },
    ]);
    expect(JSON.stringify(observed.uses())).not.toContain(outcomeOf().subject);
    expect(observed.forgotten()).toBe(0);
  });

  it("tells one caller from several by the subject: a claim that users can write makes no second one", () => {
    const same = [read("a"), read("a", { caller: "another digest" })];
    const several = [...same, read("a", { subject: "somebody else" }), read("a")];
    expect(observedOf(same).uses()[0]).toMatchObject({ callers: 1, times: 2 });
    expect(observedOf(several).uses()[0]).toMatchObject({ callers: 2, times: 4 });
  });

  it("tells one caller from several in what a folder stands for, too", () => {
    const keys = (subject: string): readonly Outcome[] =>
      Array.from({ length: 11 }, (_, i) => read(`k${i}`, { subject }));
    const [first, ...others] = keys("one");
    expect(observedOf(keys("one")).uses()).toMatchObject([{ callers: 1, times: 11 }]);
    const mixed = [first!, ...others.slice(0, 5), read("k1", { subject: "other" }), ...others];
    expect(observedOf(mixed).uses()).toMatchObject([{ callers: 2, times: 17 }]);
  });

  it("keeps callers of other groups, issuers, rules and roles apart, and not the order of groups", () => {
    const outcomes = [
      read("a", { groups: ["b", "a"] }),
      read("a", { groups: ["a", "b"] }),
      read("a", { groups: ["a"] }),
      read("a", { groups: ["a"], issuer: "partners" }),
      read("a", { groups: ["a"], rule: "a rule" }),
      read("a", { groups: ["a"], role: "arn:aws:iam::123456789012:role/analyst" }),
    ];
    const told = observedOf(outcomes)
      .uses()
      .map(({ groups, issuer, rule, role, times }) => [groups.join(), issuer, rule, role, times]);
    expect(told).toEqual([
      ["a,b", "local", undefined, undefined, 2],
      ["a", "local", undefined, undefined, 1],
      ["a", "partners", undefined, undefined, 1],
      ["a", "local", "a rule", undefined, 1],
      ["a", "local", undefined, "arn:aws:iam::123456789012:role/analyst", 1],
    ]);
  });

  it("knows the role by the rule, or else by what STS says", () => {
    const assumedRole = "arn:aws:sts::123456789012:assumed-role/analyst/someone";
    expect(roleIn({ assumedRole })).toBe("arn:aws:iam::123456789012:role/analyst");
    const role = "arn:aws:iam::123456789012:role/team/analyst";
    expect(roleIn({ assumedRole, role })).toBe(role);
    expect(roleIn({ assumedRole: "nonsense" })).toBeUndefined();
  });

  it("counts every requirement of a request", () => {
    const requirements = [
      { action: "s3:GetObject", resource: `${S3}a/x` },
      { action: "s3:PutObject", resource: `${S3}b/y` },
    ];
    expect(observedOf([read("", { requirements })]).uses()).toHaveLength(2);
  });

  it("writes the caller's own subject as a claim", () => {
    expect(resourcesIn([read("a/x", { subject: "a" }), read("b/x", { subject: "b" })])).toEqual([
      `${S3}reports/\${claim:sub}/x`,
    ]);
  });
});

describe("what is not learnt", () => {
  it.each<readonly [name: string, changes: Partial<Outcome>]>([
    ["what IAM refused", { status: 403 }],
    ["what is not there", { status: 404 }],
    ["what Postern refused", { outcome: "refused", verdict: "denial", upstreamMs: undefined, status: 403 }],
    ["what Postern refused after its permit", { outcome: "refused", upstreamMs: undefined, status: 200 }],
    ["an answer that broke off", { outcome: "upstream-broken" }],
    ["an answer that nobody took", { outcome: "client-gone", status: 499 }],
    ["what machines do", { callerKind: "machine", subject: undefined, groups: [] }],
    ["what guests do", { callerKind: "guest", subject: undefined, groups: [] }],
    ["what nobody proved does", { callerKind: undefined }],
    ["what asks nothing of AWS", { upstreamMs: undefined }],
  ])("%s", (_name, changes) => {
    const observed = observedOf([read("a", changes)]);
    expect([observed.uses(), observed.forgotten()]).toEqual([[], 0]);
  });

  it.each(["", "${env:HOME}", "${file:/etc/passwd"])("a group that no rule can name: %j", (group) => {
    const observed = observedOf([read("a", { groups: ["analysts", group] })]);
    expect([observed.uses(), observed.forgotten()]).toEqual([[], 1]);
  });

  it("a key that would mean more than itself, unless its folder is full anyhow", () => {
    const odd = observedOf([read("*"), read("?"), read("*")]);
    expect([odd.uses(), odd.forgotten()]).toEqual([[], 3]);
    const full = observedOf([read("*"), ...Array.from({ length: 10 }, (_, i) => read(`k${i}`))]);
    expect(full.uses().map(({ resource }) => resource)).toEqual([`${S3}reports/*`]);
    expect(full.uses()[0]).toMatchObject({ times: 11 });
    expect(full.forgotten()).toBe(0);
  });

  it("but what is there already, as 304 says", () => {
    expect(resourcesIn([read("a", { status: 304 })])).toHaveLength(1);
  });
});

describe("tunnels", () => {
  it("are learnt from by their packets that passed", () => {
    expect(usesOf(packetOf({ rule: RECORDED, role: "pool", assumedRole: undefined }))).toEqual([
      {
        issuer: "local",
        groups: ["operators"],
        action: "iot:Publish",
        resource: "arn:aws:iot:us-east-1:123456789012:topic/lamps/1",
        rule: undefined,
        role: undefined,
        times: 1,
        callers: 1,
        firstMs: NOW,
        lastMs: NOW,
      },
    ]);
  });

  it("are not learnt from by packets that were refused, nor by those of machines", () => {
    expect(usesOf(refusedPacketOf())).toEqual([]);
    expect(usesOf(refusedPacketOf({ verdict: "permit" }))).toEqual([]);
    expect(usesOf(packetOf({ verdict: undefined }))).toEqual([]);
    expect(usesOf(packetOf({ callerKind: "machine", subject: undefined, groups: [] }))).toEqual([]);
  });

  it("are learnt from by their opening, which has no other answer", () => {
    expect(usesOf(read("a", { status: 101, upstreamMs: undefined }))).toHaveLength(1);
    expect(usesOf(read("a", { status: 101, upstreamMs: undefined, verdict: undefined }))).toEqual([]);
  });
});

describe("bounds", () => {
  const LIMITS = { sets: 3, patterns: 4, entries: 6, characters: 10_000 };

  it("hold for the patterns of an action, and what finds no place is counted each time", () => {
    const observed = observedOf([...tables(6), ...tables(6)], LIMITS);
    expect(observed.uses()).toHaveLength(4);
    expect(observed.uses()[0]).toMatchObject({ times: 2 });
    expect(observed.forgotten()).toBe(4);
  });

  it("hold for all patterns together", () => {
    const outcomes = ["a", "b", "c"].flatMap((group) => tables(3, { groups: [group] }));
    const observed = observedOf(outcomes, LIMITS);
    expect([observed.uses().length, observed.forgotten()]).toEqual([6, 3]);
  });

  it("hold for sets of groups", () => {
    const outcomes = ["a", "b", "c", "d"].flatMap((group) => tables(1, { groups: [group] }));
    const observed = observedOf(outcomes, LIMITS);
    expect([observed.uses().length, observed.forgotten()]).toEqual([3, 1]);
  });

  it("hold for characters, of names and of groups", () => {
    const long = observedOf([read("a".repeat(600))], { ...LIMITS, characters: 500 });
    expect([long.uses(), long.forgotten()]).toEqual([[], 1]);
    const group = observedOf([read("a", { groups: ["g".repeat(600)] })], { ...LIMITS, characters: 500 });
    expect([group.uses(), group.forgotten()]).toEqual([[], 1]);
  });

  it("are room again once a folder stands for its keys", () => {
    const limits = { ...LIMITS, patterns: 20, entries: 12 };
    const keys = Array.from({ length: 11 }, (_, i) => read(`k${i}`));
    const observed = observedOf([...keys, ...tables(11)], limits);
    expect([observed.uses().length, observed.forgotten()]).toEqual([12, 0]);
  });

  it("hold whatever one caller asks for", () => {
    const observed = createObserved(() => NOW);
    for (let i = 0; i < 20_000; i++)
      observed.record(read(`${i % 7}/${i % 61}/${"x".repeat(i % 900)}${i}`, { groups: [`g${i % 300}`] }));
    const told = JSON.stringify(observed.uses());
    expect(told.length).toBeLessThan(2_000_000);
    const times = observed.uses().reduce((sum, use) => sum + use.times, 0);
    expect(times + observed.forgotten()).toBe(20_000);
  });
});

const issuersIn = (observed: Observed) => observed.uses().map(({ issuer }) => issuer);

describe("S4.8 issuers that change", () => {
  const standing = { name: "local", id: "one" };
  const another = { name: "local", id: "another" };

  it("keep what their callers did while they are whom their names stand for", () => {
    const observed = observedOf([read("a"), read("a", { issuer: "partners" })]);
    observed.adopt([standing, { name: "partners" }]);
    observed.adopt([{ name: "partners" }, standing]);
    expect(issuersIn(observed)).toEqual(["local", "partners"]);
  });

  it("lose it, and room is made, once they are gone or others by the same name", () => {
    const LIMITS = { sets: 1, patterns: 20, entries: 9, characters: 1000 };
    const keys = Array.from({ length: 9 }, (_, i) => read(`k${i}`, { durationMs: 0 }));
    for (const next of [[], [another]]) {
      const observed = createObserved(() => NOW, LIMITS);
      for (let i = 0; i < 5; i++) {
        observed.adopt([standing]);
        for (const one of keys) observed.record(one);
        expect([issuersIn(observed).length, observed.forgotten()]).toEqual([9, 0]);
        observed.adopt(next);
        expect(issuersIn(observed)).toEqual([]);
      }
    }
  });

  it("are not given what a request did that began before, nor is anything kept of one that is gone", () => {
    let nowMs = NOW;
    const observed = createObserved(() => nowMs);
    observed.adopt([standing]);
    nowMs += 1000;
    observed.adopt([another]);
    nowMs += 1000;
    observed.record(read("a", { durationMs: 1500 }));
    observed.record(packetOf({ durationMs: 1500 }));
    observed.record(read("a", { durationMs: 10, issuer: "gone" }));
    expect(issuersIn(observed)).toEqual([]);
    observed.record(read("a", { durationMs: 10 }));
    expect(issuersIn(observed)).toEqual(["local"]);
  });
});
