import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { stringify } from "yaml";
import { NO_PROMTOOL, promtool } from "../support/promtool.ts";
import { expressions, filledIn } from "./grafana-dashboard.ts";

const FOLDER = join(import.meta.dirname, "../../deploy/prometheus");

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "postern-promtool-"));
});

afterAll(() => rmSync(scratch, { recursive: true }));

beforeEach(({ skip }) => skip(NO_PROMTOOL !== undefined, NO_PROMTOOL));

function written(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

/** What promtool has against something; undefined where nothing. */
function complaint(...words: readonly string[]): string | undefined {
  const said = promtool(words);
  return said.isContent ? undefined : said.words;
}

it("alerts can be loaded, and each fires and is quiet where it should", () => {
  expect(complaint("check", "rules", "--lint-fatal", join(FOLDER, "alerts.yaml"))).toBeUndefined();
  expect(complaint("test", "rules", join(FOLDER, "alerts.test.yaml"))).toBeUndefined();
});

it("an alert that fires too soon is found", () => {
  const rules = readFileSync(join(FOLDER, "alerts.yaml"), "utf8");
  written(
    "alerts.yaml",
    rules.replace("postern_denylist_age_seconds > 300", "postern_denylist_age_seconds > 200"),
  );
  const cases = written("alerts.test.yaml", readFileSync(join(FOLDER, "alerts.test.yaml"), "utf8"));
  expect(complaint("test", "rules", cases)).toContain("PosternDenylistOld");
});

/** Debian's Prometheus cannot ask Kubernetes; what is written of its pods is read all the same. */
it("the ways to find what is to be scraped can be loaded", () => {
  const config = readFileSync(join(FOLDER, "scrape.yaml"), "utf8");
  const loaded = config.replace("kubernetes_sd_configs: [{ role: pod }]", "static_configs: []");
  expect(loaded).not.toBe(config);
  expect(complaint("check", "config", "--lint-fatal", written("scrape.yaml", loaded))).toBeUndefined();
});

it("everything that the dashboard asks is PromQL", () => {
  const rules = expressions.map((expression, i) => ({
    record: `dashboard:${i}`,
    expr: filledIn(expression),
  }));
  const asRules = (more: typeof rules): string => stringify({ groups: [{ name: "dashboard", rules: more }] });
  expect(complaint("check", "rules", written("dashboard.yaml", asRules(rules)))).toBeUndefined();
  const broken = [...rules, { record: "dashboard:broken", expr: "sum by (x) (rate(y))" }];
  expect(complaint("check", "rules", written("broken.yaml", asRules(broken)))).toContain(
    "expected type range",
  );
});
