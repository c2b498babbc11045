import { expect, it } from "vitest";
import { paletteFor } from "../../src/cli/colour.ts";
import { paintCases, paintChanges, paintExplained } from "../../src/cli/paint.ts";

const TERMINAL = { isTTY: true };
const PIPE = {};
const GREEN = "\u001b[32mfine\u001b[39m";

it.each([
  ["a terminal", TERMINAL, {}, GREEN],
  ["a pipe", PIPE, {}, "fine"],
  ["a dumb terminal", TERMINAL, { TERM: "dumb" }, "fine"],
  ["who wants none", TERMINAL, { NO_COLOR: "1" }, "fine"],
  ["who says nothing with an empty wish", TERMINAL, { NO_COLOR: "", FORCE_COLOR: "" }, GREEN],
  ["a pipe of who wants them anyway", PIPE, { FORCE_COLOR: "1", NO_COLOR: "1" }, GREEN],
  ["who is forced to none", TERMINAL, { FORCE_COLOR: "0" }, "fine"],
])("colours are as wanted: %s", (_, stream, env, painted) => {
  expect(paletteFor(stream, env).good("fine")).toBe(painted);
});

it.each([
  [
    paintExplained,
    ["No: no rule allows this operation (denied-no-rule).", "", "  request   GET /", "  * a rule  x"],
  ],
  [paintExplained, ['Yes: the rule "a" allows this.']],
  [paintCases, ["cases.yaml:3:5: it: expected permit, came denial", "0 passed, 1 failed"]],
  [paintChanges, ["analysts  gain  s3:GetObject  on *  (a)", "analysts  lose  s3:GetObject  on *  (a)"]],
])("%o changes no word", (paint, lines) => {
  const painted = paint(lines, paletteFor(TERMINAL, {}));
  expect(painted.join("\n")).toContain("\u001b[");
  // oxlint-disable-next-line no-control-regex
  expect(painted.map((line) => line.replaceAll(/\u001b\[\d+m/g, ""))).toEqual(lines);
  expect(paint(lines, paletteFor(PIPE, {}))).toEqual(lines);
});
