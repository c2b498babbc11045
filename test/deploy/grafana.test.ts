import { describe, expect, it } from "vitest";
import { keptBy, knownOf, unknownIn } from "../support/promql.ts";
import { wholeExposition } from "../telemetry/metrics-exposition.ts";
import { dashboard, expressions, filledIn, type Panel, panels } from "./grafana-dashboard.ts";

const charts = panels.filter(({ type }) => type !== "row");
const COLUMNS = 24;

describe("deploy/grafana/postern.json", () => {
  it("is a dashboard of Grafana 10 or later, for any Prometheus", () => {
    expect(dashboard.schemaVersion).toBe(39);
    expect(dashboard.templating.list.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "datasource: datasource",
      "job: query",
      "instance: query",
      "upstream: query",
    ]);
    const sources = [...charts, ...dashboard.templating.list.slice(1), ...dashboard.annotations.list].map(
      ({ datasource }) => datasource,
    );
    for (const source of sources) expect(source).toEqual({ type: "prometheus", uid: "${datasource}" });
  });

  it("has panels of kinds that there are, each with an id of its own", () => {
    const kinds = ["row", "stat", "timeseries", "table", "heatmap"];
    expect(panels.filter(({ type }) => !kinds.includes(type))).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it("says of each panel what it shows, in words, and in which unit", () => {
    for (const { title, description = "", fieldConfig } of charts) {
      expect(title).not.toBe("");
      expect(description, title).toMatch(/^.{20,}\.$/);
      expect(fieldConfig?.defaults.unit, title).toMatch(
        /^(?:percentunit|reqps|cps|pps|Bps|bytes|s|short|none)$/,
      );
    }
    const titles = charts.map(({ title }) => title);
    expect(titles.length).toBeGreaterThan(30);
  });

  it("fills its grid: nothing overlaps, nothing stands out, and every line of it is full", () => {
    for (const [i, { title, gridPos }] of panels.entries()) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(COLUMNS);
      const under = panels.slice(i + 1).filter((other) => overlap(gridPos, other.gridPos));
      expect(
        under.map((other) => other.title),
        title,
      ).toEqual([]);
    }
    const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    const area = panels.reduce((sum, { gridPos }) => sum + gridPos.w * gridPos.h, 0);
    expect(area).toBe(COLUMNS * height);
  });

  it("colours a threshold from below, in rising order", () => {
    for (const { title, fieldConfig } of charts) {
      const steps = fieldConfig?.defaults.thresholds?.steps ?? [];
      const values = steps.map(({ value }) => value);
      expect(values[0] ?? null, title).toBeNull();
      const rest = values.slice(1).map(Number);
      expect(rest, title).toEqual([...rest].sort((one, other) => one - other));
    }
  });
});

describe("what is asked", () => {
  it("speaks of metrics and labels that there are", async () => {
    const known = knownOf(await wholeExposition());
    expect(expressions.flatMap((expression) => unknownIn(filledIn(expression), known))).toEqual([]);
  });

  it("goes by the variables for job and instance, and by nothing that is not a variable", () => {
    const names = new Set(["job", "instance", "upstream", "__rate_interval", "__range"]);
    for (const expression of expressions) {
      const used = [...expression.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name);
      expect(used, expression).toEqual(expect.arrayContaining(["job", "instance"]));
      expect(
        used.filter((name) => !names.has(name)),
        expression,
      ).toEqual([]);
    }
  });

  it("keeps the labels that its legend shows", () => {
    for (const { legendFormat, expr } of charts.flatMap(({ targets = [] }) => targets)) {
      const shown = [...(legendFormat ?? "").matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
      const kept = keptBy(expr) ?? ["instance", "upstream"];
      expect(kept, `${legendFormat}: ${expr}`).toEqual(expect.arrayContaining(shown));
    }
  });

  it("has a letter of its own in its panel", () => {
    for (const { title, targets = [] } of charts) {
      const letters = targets.map(({ refId }) => refId);
      expect(letters, title).toEqual("ABCDEFGH".slice(0, letters.length).split(""));
      expect(letters.length, title).toBeGreaterThan(0);
    }
  });

  it("shows every metric of Postern's own", async () => {
    const own = [...knownOf(await wholeExposition()).keys()].filter((name) => name.startsWith("postern_"));
    const asked = expressions.join("\n");
    const unseen = own.filter((name) => !asked.includes(name) && !/_(?:bucket|sum|count)$/.test(name));
    expect(unseen).toEqual([]);
  });
});

type Place = Panel["gridPos"];

function overlap(one: Place, other: Place): boolean {
  const beside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const above = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !beside && !above;
}
