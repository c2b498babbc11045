import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the tests read of a dashboard of Grafana's. */
export interface Dashboard {
  readonly schemaVersion: number;
  readonly templating: {
    readonly list: readonly (Sourced & { readonly name: string; readonly type: string })[];
  };
  readonly annotations: { readonly list: readonly (Sourced & { readonly expr: string })[] };
  readonly panels: readonly Panel[];
}

interface Sourced {
  readonly datasource?: { readonly type: string; readonly uid: string };
}

/** A panel, or the title of a row of them. */
export interface Panel extends Sourced {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  readonly targets?: readonly Readonly<Record<"refId" | "expr" | "legendFormat", string>>[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
    };
  };
}

/** The dashboard that people import. */
export const dashboard = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../deploy/grafana/postern.json"), "utf8"),
) as Dashboard;

export const panels = dashboard.panels;

/** Everything that it asks Prometheus. */
export const expressions: readonly string[] = [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

/** An expression as Grafana sends it where nothing is chosen. */
export function filledIn(expression: string, interval = "1m"): string {
  return expression
    .replaceAll(/\$__(?:rate_interval|range)/g, interval)
    .replaceAll(/\$(?:job|instance|upstream)/g, ".*");
}
