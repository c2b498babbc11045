import { plainText } from "../../../domain/plain-text.ts";
import { REFUSALS } from "../../../domain/refusal.ts";
import { REMEDIES } from "../../../domain/remedies.ts";
import type { RecentRefusal } from "../../../telemetry/recent-refusals.ts";
import { timeInWords } from "./amounts.ts";
import type { Line, Row } from "./sheet.ts";

/** Who was refused what, when and why, and what would help. */
export function refusalRows(refusals: readonly RecentRefusal[]): readonly Row[] {
  return refusals.map((refusal) => [whenOf(refusal), whoOf(refusal), whatOf(refusal), whyOf(refusal)]);
}

function whenOf({ atMs, times }: RecentRefusal): readonly Line[] {
  return times === 1 ? [timeInWords(atMs)] : [timeInWords(atMs), quiet(`${times} times on end`)];
}

function whoOf({ caller, callerKind, groups }: RecentRefusal): readonly Line[] {
  if (caller === undefined) return ["nobody proved"];
  if (callerKind === "guest") return ["a guest"];
  const kind = quiet(callerKind ?? "");
  return groups.length === 0 ? [caller, kind] : [caller, quiet(plainText(groups.join(", ")))];
}

function whatOf({ operation, resource, upstream }: RecentRefusal): readonly Line[] {
  const at = upstream === "none" ? "no upstream" : upstream;
  return [
    operation === undefined ? at : `${plainText(operation)} at ${at}`,
    ...(resource === undefined ? [] : [plainText(resource)]),
  ];
}

function whyOf({ reason, rule, requestId }: RecentRefusal): readonly Line[] {
  const { sentence, status } = REFUSALS[reason];
  return [
    { text: reason, tone: status >= 500 ? "bad" : "warn" },
    rule === undefined ? sentence : `${sentence} Rule: ${plainText(rule)}.`,
    REMEDIES[reason],
    quiet(`request ${requestId}`),
  ];
}

function quiet(text: string): Line {
  return { text, tone: "quiet" };
}
