import { beforeEach, describe, expect, it } from "vitest";
import { createRecent, type Recent } from "../../src/telemetry/recent.ts";
import { FATES } from "../../src/telemetry/recent-traffic.ts";
import { outcomeOf, packetOf, refusedPacketOf } from "./outcomes.ts";

const NOON = Date.UTC(2026, 0, 15, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

let nowMs: number;
let recent: Recent;

beforeEach(() => {
  nowMs = NOON;
  recent = createRecent(() => nowMs);
});

const denied = (changes: Parameters<typeof outcomeOf>[0] = {}) =>
  outcomeOf({
    verdict: "denial",
    rule: undefined,
    role: undefined,
    outcome: "refused",
    status: 403,
    reason: "denied-no-rule",
    ...changes,
  });
const trafficAt = (atMs: number) => {
  nowMs = atMs;
  return recent.look().traffic;
};

describe("requests a second", () => {
  it("are told of whole seconds, oldest first, by how they ended", () => {
    recent.record(outcomeOf());
    recent.record(denied());
    nowMs += 2 * SECOND;
    recent.record(outcomeOf());
    const { perSecond, secondsEndMs } = trafficAt(NOON + 3 * SECOND + 500);
    expect(secondsEndMs).toBe(NOON + 3 * SECOND);
    expect(perSecond.ok.length).toBe(300);
    expect(perSecond.ok.slice(-4)).toEqual([0, 1, 0, 1]);
    expect(perSecond.refused.slice(-4)).toEqual([0, 1, 0, 0]);
  });

  it("are forgotten after five minutes, and what happened since the start is not", () => {
    recent.record(outcomeOf());
    const later = trafficAt(NOON + 300 * SECOND);
    expect(later.perSecond.ok[0]).toBe(1);
    const { perSecond, total } = trafficAt(NOON + 301 * SECOND);
    expect(perSecond.ok).toEqual(Array.from({ length: 300 }, () => 0));
    expect(total).toEqual({ ok: 1, refused: 0, broken: 0 });
  });

  it("are not told twice where the ring has come round", () => {
    recent.record(outcomeOf());
    nowMs += 301 * SECOND;
    recent.record(outcomeOf());
    expect(trafficAt(nowMs + SECOND).perSecond.ok.filter((count) => count > 0)).toEqual([1]);
  });

  it.each([
    ["ok", outcomeOf()],
    ["refused", denied()],
    ["refused", outcomeOf({ outcome: "refused", reason: "token-expired" })],
    ["broken", outcomeOf({ outcome: "refused", reason: "upstream-timeout" })],
    ["broken", outcomeOf({ outcome: "refused", reason: "internal" })],
    ["broken", outcomeOf({ outcome: "upstream-broken" })],
    ["broken", outcomeOf({ outcome: "client-gone" })],
  ] as const)("counts as %s: %o", (fate, outcome) => {
    recent.record(outcome);
    const { total } = trafficAt(NOON);
    expect(FATES.filter((one) => total[one] === 1)).toEqual([fate]);
  });

  it("are told on where the clock is set back", () => {
    recent.record(outcomeOf());
    nowMs -= 10 * SECOND;
    recent.record(outcomeOf());
    expect(trafficAt(nowMs + SECOND).perSecond.ok.at(-1)).toBe(1);
  });
});

describe("latency", () => {
  it("is told of each stage, at most a fifth off", () => {
    for (let ms = 1; ms <= 100; ms++) recent.record(outcomeOf({ durationMs: ms }));
    const { windows, minute } = trafficAt(NOON);
    for (const { p50 = 0, p95 = 0 } of [minute.whole, windows.whole.at(-1) ?? {}]) {
      expect(p50 / 50).toBeCloseTo(1, 0);
      expect(p95 / 95).toBeCloseTo(1, 0);
      expect(p95).toBeGreaterThan(p50);
    }
    expect(minute.credentials.p50).toBeGreaterThan(1.9);
    expect(minute.credentials.p50).toBeLessThan(2.8);
  });

  it("is told of windows of ten seconds, of which the last goes on", () => {
    recent.record(outcomeOf());
    const { windows, windowsEndMs } = trafficAt(NOON + 15 * SECOND);
    expect(windowsEndMs).toBe(NOON + 20 * SECOND);
    expect(windows.whole.map(({ p50 }) => p50 !== undefined).slice(-3)).toEqual([false, true, false]);
    expect(windows.whole.length).toBe(30);
  });

  it("says nothing of a stage that no request came to", () => {
    const none = { identity: 1, operation: undefined, decision: undefined, credentials: undefined };
    recent.record(outcomeOf({ stages: { ...none, upstream: undefined, answer: undefined } }));
    const { minute } = trafficAt(NOON);
    expect(minute.upstream).toEqual({ p50: undefined, p95: undefined });
    expect(minute.identity.p50).toBeDefined();
  });

  it.each([0, 0.001, 1e9, Number.NaN])("takes %d ms too", (durationMs) => {
    recent.record(outcomeOf({ durationMs }));
    expect(trafficAt(NOON).minute.whole.p95).toBeGreaterThan(0);
  });
});

describe("rules", () => {
  it("are counted since the start and in the last five minutes, packets too", () => {
    recent.record(outcomeOf({ rule: "a" }));
    nowMs += 10 * MINUTE;
    recent.record(outcomeOf({ rule: "a" }));
    recent.record(denied({ rule: "b", reason: "denied-by-rule" }));
    recent.packet(packetOf({ rule: "c" }));
    recent.record(denied());
    const { rules } = recent.look();
    expect(rules.get("a")).toEqual({
      permits: 2,
      denials: 0,
      lately: { permits: 1, denials: 0 },
      lastAtMs: nowMs,
    });
    expect(rules.get("b")?.denials).toBe(1);
    expect(rules.get("c")?.permits).toBe(1);
    expect(rules.get("")?.denials).toBe(1);
  });

  it("are not counted where none was asked", () => {
    recent.record(outcomeOf({ verdict: undefined, outcome: "refused", reason: "token-expired" }));
    expect(recent.look().rules.size).toBe(0);
  });

  it("are a thousand at most, whatever the configurations were", () => {
    for (let i = 0; i < 1200; i++) recent.record(outcomeOf({ rule: `rule ${i}` }));
    recent.record(outcomeOf({ rule: "rule 7" }));
    const { rules } = recent.look();
    expect(rules.size).toBe(1000);
    expect(rules.get("rule 7")?.permits).toBe(2);
  });
});

describe("refusals", () => {
  it("are the latest fifty, newest first, of requests and packets", () => {
    for (let i = 0; i < 70; i++) recent.record(denied({ resource: `arn:aws:s3:::reports/${i}` }));
    recent.packet(refusedPacketOf());
    const { refusals } = recent.look();
    expect(refusals.length).toBe(50);
    expect(refusals[0]).toMatchObject({ upstream: "things", operation: "Publish", times: 1 });
    expect(refusals.slice(1).map(({ resource }) => resource)).toEqual(
      Array.from({ length: 49 }, (_, i) => `arn:aws:s3:::reports/${69 - i}`),
    );
  });

  it("are one where the same is asked again and again", () => {
    for (let i = 0; i < 5; i++) recent.record(denied({ requestId: `request-${i}` }));
    recent.record(denied({ caller: "somebody else" }));
    const [newest, before, ...more] = recent.look().refusals;
    expect(newest).toMatchObject({ caller: "somebody else", times: 1 });
    expect(before).toMatchObject({ times: 5, requestId: "request-4" });
    expect(more).toEqual([]);
  });

  it("keep a bounded part of what clients write, and nothing of whom it names", () => {
    const resource = `arn:aws:s3:::reports/${"k".repeat(10_000)}`;
    const groups = Array.from({ length: 500 }, () => "g".repeat(10_000));
    recent.record(denied({ resource, groups }));
    recent.record(denied({ resource, groups }));
    const text = JSON.stringify(recent.look().refusals);
    expect(text.length).toBeLessThan(12_000);
    expect(text).not.toContain("00000000-aaaa-4000-8000-000000000002");
    expect(text).not.toContain("ASIA");
    expect(recent.look().refusals).toHaveLength(1);
  });
});

describe("exchanges", () => {
  it("are told by operation: how many, how many failed, how long, and what went wrong last", () => {
    for (let i = 0; i < 10; i++) recent.exchange({ operation: "GetId", outcome: "ok", durationMs: 20 });
    recent.exchange({ operation: "GetId", outcome: "throttled", durationMs: 500 });
    recent.exchange({ operation: "AssumeRole", outcome: "ok", durationMs: 5 });
    nowMs += SECOND;
    const [getId, assumeRole] = recent.look().exchanges;
    expect(getId).toMatchObject({
      operation: "GetId",
      total: 11,
      failed: 1,
      lately: { total: 11, failed: 1 },
      trouble: { outcome: "throttled", atMs: NOON },
    });
    expect(getId?.lately.p95Ms).toBeGreaterThan(400);
    expect(assumeRole).toMatchObject({ operation: "AssumeRole", failed: 0, trouble: undefined });
    nowMs += 10 * MINUTE;
    expect(recent.look().exchanges[0]).toMatchObject({ total: 11, lately: { total: 0, p95Ms: undefined } });
  });
});
