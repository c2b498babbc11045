import { plainText } from "../../../domain/plain-text.ts";
import type { RuleUse } from "../../../telemetry/recent-rules.ts";
import type { ConsoleView } from "../view.ts";
import { agoInWords, countInWords } from "./amounts.ts";
import type { Cell, Line, Row, Tone } from "./sheet.ts";

/** Ages go on in steps, for all rules at once: else some rule's would be another each second, and all of them sent again. */
const STEP_MS = 10_000;

const NONE: RuleUse = { permits: 0, denials: 0, lately: { permits: 0, denials: 0 }, lastAtMs: 0 };

/** What each rule decided; those that never did are marked, and what no rule of the configuration decided comes last. */
export function ruleRows({ rules, recent, takenAtMs }: ConsoleView): readonly Row[] {
  const uses = recent.rules;
  const nowMs = Math.floor(takenAtMs / STEP_MS) * STEP_MS;
  const names = new Set(rules.map(({ name }) => name));
  return [
    ...rules.map(({ name, effect }) =>
      rowOf([plainText(name), quiet(effect)], uses.get(name) ?? NONE, nowMs),
    ),
    ...[...uses]
      .filter(([name]) => !names.has(name))
      .map(([name, use]) => rowOf(strangerOf(name), use, nowMs)),
  ];
}

function strangerOf(name: string): readonly Line[] {
  if (name === "") return ["no rule", quiet("what nothing allows is denied")];
  return [plainText(name), quiet("not in the configuration any more, or not as a single rule")];
}

function rowOf(name: readonly Line[], use: RuleUse, nowMs: number): Row {
  const { permits, denials, lately, lastAtMs } = use;
  const isUsed = permits + denials > 0;
  return [
    name,
    counted(permits, lately.permits),
    counted(denials, lately.denials, "warn"),
    [isUsed ? agoInWords(nowMs - lastAtMs) : { text: "never used", tone: "quiet" }],
  ];
}

function counted(total: number, lately: number, tone?: Tone): Cell {
  if (total === 0) return [quiet("0")];
  const text = countInWords(total);
  return [tone === undefined ? text : { text, tone }, quiet(`${countInWords(lately)} in 5 min`)];
}

function quiet(text: string): Line {
  return { text, tone: "quiet" };
}
