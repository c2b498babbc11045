import { expect, it } from "vitest";
import { readDocument } from "../../src/config/document.ts";
import { RECORDED } from "../../src/policy/record.ts";
import { recordedOf } from "../../src/sidecar/recorded.ts";
import { createObserved } from "../../src/telemetry/observed.ts";
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
  let nowMs = Date.UTC(2026, 0, 15, 12);
  const now = (): number => nowMs;
  const observed = createObserved(now);
  const recorded = recordedOf({ observed, rules: [RULE], issuers: ["staff"], untilMs: UNTIL, now });
  return { observed, recorded, pass: (ms: number) => (nowMs += ms) };
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
  const { observed, recorded, pass } = recording();
  observed.record(outcomeOf(write));
  pass(6 * 24 * 3_600_000);
  expect(recorded()).toMatchObject({ mode: "enforce", uses: [{ action: "s3:PutObject" }] });
});

it("has nothing to suggest where nothing was done", () => {
  expect(recording().recorded()).toMatchObject({ uses: [], rules: [], policies: [], all: { rules: [] } });
});
