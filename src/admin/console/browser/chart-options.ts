import type uPlot from "uplot";
import type { ChartName } from "../sheet/sheet.ts";

/** The charts of the page. */
export const CHARTS: readonly ChartName[] = ["requests", "latency"];

/** How a line is drawn: by its colour and, for who does not tell colours apart, by its strokes. */
interface Stroke {
  /** The name of a custom property of the stylesheet. */
  readonly colour: string;
  readonly width: number;
  readonly dash?: number[];
}

const STROKES: Readonly<Record<ChartName, readonly Stroke[]>> = {
  requests: [
    { colour: "--accent", width: 2 },
    { colour: "--warn", width: 2, dash: [6, 4] },
    { colour: "--bad", width: 2, dash: [2, 3] },
  ],
  latency: [
    { colour: "--accent", width: 2 },
    { colour: "--accent", width: 1 },
    { colour: "--quiet", width: 2, dash: [6, 4] },
    { colour: "--quiet", width: 1, dash: [6, 4] },
  ],
};

const UNITS: Readonly<Record<ChartName, string>> = { requests: "/s", latency: " ms" };

/** An axis begins at nothing, and a quiet one does not make much of little. */
const LEAST: Readonly<Record<ChartName, number>> = { requests: 5, latency: 10 };

/** How far back a chart goes. */
const SHOWN_SECONDS = 300;

/** Between two times at the axis, in seconds: they are told without their seconds. */
const WHOLE_MINUTES: number[] = [60, 120, 300];

/** How a chart is drawn in the colours of now; where somebody points, its keys have the values. */
export function optionsOf(
  name: ChartName,
  size: Pick<uPlot.Options, "width" | "height">,
  keys: readonly Element[],
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (property: string): string => style.getPropertyValue(property).trim();
  const axis = {
    stroke: colour("--quiet"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { size: 6 } },
    scales: {
      // Both charts have the same minutes one below the other, whatever is known of them.
      x: { range: (_, _min, max) => [max - SHOWN_SECONDS, max] },
      y: { range: (_, _min, max) => [0, Math.max(LEAST[name], (max ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, space: 45, size: 28, incrs: WHOLE_MINUTES, values: (_, at) => at.map(timeOf) },
      { ...axis, size: 52, values: (_, values) => values.map((value) => `${value}${UNITS[name]}`) },
    ],
    series: [
      {},
      ...STROKES[name].map(({ colour: property, ...stroke }) => ({
        ...stroke,
        stroke: colour(property),
        points: { show: true, size: 4, fill: colour(property), filter: lonely },
      })),
    ],
    hooks: { setCursor: [(plot) => tell(plot, keys, UNITS[name])] },
  };
}

/** A value between two gaps is no line, and would not be seen. */
function lonely({ data }: uPlot, line: number): number[] {
  const values = data[line] ?? [];
  const isGap = (i: number): boolean => values[i] === undefined || values[i] === null;
  return Array.from(values.keys()).filter((i) => !isGap(i) && isGap(i - 1) && isGap(i + 1));
}

function tell({ cursor, data }: uPlot, keys: readonly Element[], unit: string): void {
  keys.forEach((key, i) => {
    const value = cursor.idx === null || cursor.idx === undefined ? undefined : data[i + 1]?.[cursor.idx];
    if (value === undefined || value === null) key.removeAttribute("data-value");
    else key.setAttribute("data-value", `${value}${unit}`);
  });
}

function timeOf(atSeconds: number): string {
  return new Date(atSeconds * 1000).toISOString().slice(11, 16);
}
