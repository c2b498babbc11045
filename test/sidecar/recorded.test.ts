import { expect, it } from "vitest";
import { readDocument } from "../../src/config/document.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { RECORDED } from "../../src/policy/record.ts";
import { createRecorded, recordedOf, type RecordedOptions } from "../../src/sidecar/recorded.ts";
import type { Snapshot } from "../../src/sidecar/snapshot.ts";
import { createObserved } from "../../src/telemetry/observed.ts";
import { configOf } from "../support/config-of.ts";
import { outcomeOf } from "../telemetry/outcomes.ts";

const UNTIL = Date.UTC(2026, 0, 20);
const RULE = {
  name: "analysts read reports",
  who: { groups: ["analysts"], claims: { tenant: "acme" } },
  allow: ["s3:Get*"],
  on: ["arn:aws:s3:::reports/*"],
  role: "arn:aws:iam::123456789012:role/analyst",
};

function recording() {
  const observed = createObserved(() => Date.UTC(2026, 0, 15, 12));
  const issuers = ["local"];
  const recorded = (changes: Partial<RecordedOptions> = {}) =>
    recordedOf({
      observed,
      rules: [RULE],
      written: [RULE],
      issuers,
      mode: "record",
      untilMs: UNTIL,
      ...changes,
    });
  return { observed, recorded };
}

const write = {
  rule: RECORDED,
  role: "pool",
  assumedRole: undefined,
  requirements: [{ action: "s3:PutObject", resource: "arn:aws:s3:::reports/q3.txt" }],
};

it("tells what was done, and what would allow it, by nobody's name", () => {
  const { observed, recorded } = recording();
  observed.record(outcomeOf());
  observed.record(outcomeOf(write));
  const told = recorded();
  expect(told).toMatchObject({ mode: "record", until: "2026-01-20T00:00:00.000Z", forgotten: 0 });
  expect(told.uses.map(({ action }) => action)).toEqual(["s3:GetObject", "s3:PutObject"]);
  expect(told.rules.map(({ rule }) => rule.allow)).toEqual([["s3:PutObject"]]);
  expect(told.all.rules.map(({ rule }) => rule.name)).toEqual([RULE.name, "analysts: s3 reports"]);
  expect(told.policies.map(({ role }) => role)).toEqual([RULE.role, "pool"]);
  const text = JSON.stringify(told);
  for (const secret of [outcomeOf().subject, outcomeOf().caller]) expect(text).not.toContain(secret);
});

it("writes the same rules as YAML, and says of how much they are made", () => {
  const { observed, recorded } = recording();
  observed.record(outcomeOf(write));
  observed.record(outcomeOf({ ...write, requirements: [{ action: "s3:PutObject", resource: "?" }] }));
  const { yaml, all, rules } = recorded();
  expect(yaml).toContain("# From 1 use of users; machines and guests are not recorded.");
  expect(yaml).toContain("# What was done 1 time besides could not be kept, and is not in it.");
  expect(yaml).toContain("# One caller only did it.");
  for (const one of [{ yaml, rules }, all]) {
    const { value } = readDocument(`rules:\n${one.yaml}`);
    expect(value).toEqual({ rules: one.rules.map(({ rule }) => rule) });
  }
});

it("goes on telling what was seen when the time of recording is over", () => {
  const { observed, recorded } = recording();
  observed.record(outcomeOf(write));
  expect(recorded({ mode: "enforce" })).toMatchObject({
    mode: "enforce",
    uses: [{ action: "s3:PutObject" }],
  });
});

it("has nothing to suggest where nothing was done", () => {
  expect(recording().recorded()).toMatchObject({ uses: [], rules: [], policies: [], all: { rules: [] } });
});

it("tells nothing of callers of an issuer that is not there any more, nor suggests it for another's", () => {
  const { observed, recorded } = recording();
  observed.record(outcomeOf());
  observed.record(outcomeOf(write));
  const told = recorded({ issuers: ["partners"] });
  expect(told).toMatchObject({ uses: [], rules: [], policies: [], all: { rules: [] } });
});

it("S6.6 tells rules as they were written, without what references stand for", () => {
  const { observed, recorded } = recording();
  const requirements = [{ action: "s3:GetObject", resource: "arn:aws:s3:::reports/acme/q3.txt" }];
  observed.record(outcomeOf({ requirements }));
  const rule = {
    ...RULE,
    who: { groups: ["analysts"], claims: { tenant: "filled-in" } },
    on: ["arn:aws:s3:::reports/${claim:tenant}/*"],
    sessionDuration: 900,
  };
  const written = {
    ...rule,
    who: { groups: ["analysts"], claims: { tenant: "${env:TENANT}" } },
    on: ["arn:aws:s3:::${env:BUCKET}/${claim:tenant}/*"],
    sessionDuration: "15m",
  } as unknown as RuleDocument;
  const { all } = recorded({ rules: [rule], written: [written] });
  expect(all.rules[0]?.rule).toEqual({ ...written, allow: ["s3:GetObject"] });
  expect(JSON.stringify(all)).not.toContain("filled-in");
});

/** Of record mode until then; of all else that a snapshot has nothing is told here. */
const snapshot = (untilMs: number): Snapshot => {
  const recording = { untilMs, isOn: (atMs: number) => atMs < untilMs };
  const loaded = { config: configOf(), document: { policy: { rules: [] } } };
  return { ...loaded, pipeline: { policy: { recording } } } as unknown as Snapshot;
};

it("makes its answer once a second at most, and anew for another configuration", () => {
  let nowMs = 0;
  const observed = createObserved(() => nowMs);
  const recorded = createRecorded(observed, () => nowMs);
  const first = snapshot(10_000);
  const told = recorded(first);
  expect(told).toMatchObject({ mode: "record", until: "1970-01-01T00:00:10.000Z" });
  nowMs += 999;
  expect(recorded(first)).toBe(told);
  expect(recorded(snapshot(20_000))?.until).toBe("1970-01-01T00:00:20.000Z");
  nowMs += 10_000;
  expect(recorded(first)?.mode).toBe("enforce");
});
