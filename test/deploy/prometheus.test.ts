import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { REFUSALS } from "../../src/domain/refusal.ts";
import { knownOf, unknownIn } from "../support/promql.ts";
import { wholeExposition } from "../telemetry/metrics-exposition.ts";

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Case {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const FOLDER = join(import.meta.dirname, "../../deploy/prometheus");
const read = (name: string): unknown => parse(readFileSync(join(FOLDER, name), "utf8"));

const { groups } = read("alerts.yaml") as {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);
const names = alerts.map(({ alert }) => alert);
const cases = (read("alerts.test.yaml") as { readonly tests: readonly Case[] }).tests.flatMap(
  (one) => one.alert_rule_test,
);

/** Those of which a case expects that they fire, or that they do not. */
function tried(fires: boolean): ReadonlySet<string> {
  const those = cases.filter(({ exp_alerts: expected }) => expected.length > 0 === fires);
  return new Set(those.map(({ alertname }) => alertname));
}

it("what an expression speaks of is found out where there is no such thing", async () => {
  const known = knownOf(await wholeExposition());
  const asked = 'sum by (tenant) (rate(postern_none[5m])) / postern_ready{user="a"}';
  expect(unknownIn(asked, known)).toEqual(["postern_none", "postern_ready{user}", "tenant"]);
});

describe("every alert", () => {
  it.each(alerts)("$alert says how bad it is, what is the matter, and where to read on", (alert) => {
    expect(Object.keys(alert.labels)).toEqual(["severity"]);
    expect(alert.labels["severity"]).toMatch(/^(?:critical|warning)$/);
    const { summary, description, runbook_url: runbook } = alert.annotations;
    expect(summary).toMatch(/\.$/);
    expect(description).toMatch(/\.$/);
    expect(runbook).toBe(`docs/operations.md#${alert.alert.toLowerCase()}`);
  });

  it("has a name of its own that begins with Postern", () => {
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^Postern[A-Z]\w+$/.test(name))).toEqual([]);
  });

  it("is tried both ways: it fires, and it does not", () => {
    expect([...tried(true)].sort()).toEqual([...names].sort());
    expect([...tried(false)].sort()).toEqual([...names].sort());
  });

  it("speaks of metrics and labels that there are", async () => {
    const known = knownOf(await wholeExposition());
    expect(alerts.flatMap(({ expr }) => unknownIn(expr, known))).toEqual([]);
  });
});

it("the reasons that count as failures are those with which Postern answers 5xx, but for a region that was learned", () => {
  const { expr } = alerts.find(({ alert }) => alert === "PosternErrorRatioHigh") ?? { expr: "" };
  const written = [...expr.matchAll(/reason=~"([^"]+)"/g)].map(([, reasons = ""]) =>
    reasons.split("|").sort(),
  );
  const faults = Object.entries(REFUSALS)
    .filter(([code, { status }]) => status >= 500 && code !== "region-learned")
    .map(([code]) => code)
    .sort();
  expect(written).toEqual([faults, faults]);
});
