import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { AuditEvent } from "../../src/telemetry/audit.ts";
import { requestLineOf } from "../../src/telemetry/request-line.ts";
import { documentsOf, pageText, saidOfBlock } from "../support/doc-pages.ts";
import { metricTableOf } from "../support/metric-table.ts";
import { wholeExposition } from "../telemetry/metrics-exposition.ts";
import { outcomeOf } from "../telemetry/outcomes.ts";

const PAGE = join(import.meta.dirname, "../../docs/operations.md");
const ALERTS = join(import.meta.dirname, "../../deploy/prometheus/alerts.yaml");
const text = pageText("operations.md");

/** A section with those below it, without its heading. */
function section(title: string): string {
  const depth = "#".repeat(2);
  return text.split(`\n${depth} ${title}\n`)[1]?.split(`\n${depth} `)[0] ?? "";
}

/** The words in code in the first column of a table. */
function firstColumn(part: string): readonly string[] {
  return part
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word));
}

interface Alerts {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly annotations: { readonly runbook_url: string };
    }[];
  }[];
}

describe("docs/operations.md", () => {
  /** After a change of the metrics, `npx vitest run test/docs/operations.test.ts -u` writes the table anew. */
  it("has every metric with its labels, as they are", async () => {
    const [before = "", after = ""] = text.split(/^\| metric \|[^]*?\n(?=\n)/m);
    const table = metricTableOf(await wholeExposition());
    await expect(`${before}${table}\n${after}`).toMatchFileSnapshot(PAGE);
  });

  it("has a paragraph for each alert, where its link leads", () => {
    const { groups } = parse(readFileSync(ALERTS, "utf8")) as Alerts;
    const alerts = groups.flatMap(({ rules }) => rules);
    const paragraphs = [...section("Alerts").matchAll(/^### (?<name>\w+)\n\n.{40,}/gm)];
    expect(paragraphs.map(({ groups }) => groups?.["name"])).toEqual(alerts.map(({ alert }) => alert));
    for (const { alert, annotations } of alerts)
      expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
  });

  it("has every member of a request's line, and no other", () => {
    const line = requestLineOf(outcomeOf(), {});
    expect(new Set(firstColumn(section("The log")).filter((word) => !word.includes(".")))).toEqual(
      new Set(["level", "time", "msg", ...Object.keys(line)]),
    );
  });

  it("has every event of an audit", () => {
    const events = {
      denial: 0,
      credentials: 0,
      presign: 0,
      authorize: 0,
      recorded: 0,
      reload: 0,
      lock: 0,
      unlock: 0,
      revoke: 0,
      quit: 0,
      drain: 0,
      "iot-policy": 0,
    } satisfies Record<AuditEvent, 0>;
    expect(new Set(firstColumn(section("Audit")).filter((word) => word !== "audit"))).toEqual(
      new Set(Object.keys(events)),
    );
  });

  it("shows no setting that check finds fault with", () => {
    for (const shown of documentsOf(text)) expect(saidOfBlock(shown)).toEqual([]);
  });
});
