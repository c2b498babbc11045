import uPlot from "uplot";
import type { Chart, ChartName, Changes } from "../sheet/sheet.ts";
import { CHARTS, optionsOf } from "./chart-options.ts";

/** Makes what draws the charts, and draws them again where the colours or the room for them change. */
export function drawCharts(): (charts: Changes["charts"]) => void {
  const drawers = CHARTS.map((name) => [name, drawerOf(name)] as const);
  return (charts) => {
    for (const [name, draw] of drawers) {
      const chart = charts[name];
      if (chart !== undefined) draw(chart);
    }
  };
}

function drawerOf(name: ChartName): (chart: Chart) => void {
  const found = document.querySelector(`[data-chart="${name}"]`);
  if (!(found instanceof HTMLElement)) return () => {};
  const place = found;
  const keys = Array.from(place.previousElementSibling?.children ?? []);
  let plot: uPlot | undefined;
  let shown: uPlot.AlignedData | undefined;
  const make = (): void => {
    plot?.destroy();
    if (shown !== undefined) plot = new uPlot(optionsOf(name, sizeOf(place), keys), shown, place);
  };
  new ResizeObserver(() => plot?.setSize(sizeOf(place))).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", make);
  return ({ at, lines }) => {
    shown = [[...at], ...lines.map((line) => [...line])];
    if (plot === undefined) make();
    else plot.setData(shown);
  };
}

function sizeOf({ clientWidth: width, clientHeight: height }: HTMLElement) {
  return { width, height };
}
