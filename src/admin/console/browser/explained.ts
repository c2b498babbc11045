import { plainText } from "../../../domain/plain-text.ts";
import type { Cell, Row, Tone } from "../sheet/sheet.ts";
import { placeLines } from "./place.ts";

/** What the page reads of an answer of `/explain`. */
export interface Explained {
  readonly verdict: "permit" | "denial" | "refusal";
  readonly refusedBy?: string;
  readonly refusal?: { readonly code: string; readonly sentence: string; readonly detail?: string };
  readonly decision?: { readonly rule?: string; readonly recorded?: boolean };
  readonly operation?: {
    readonly name: string;
    readonly upstream: string;
    readonly requirements: readonly Requirement[];
  };
  readonly role?: { readonly role: string; readonly source: string; readonly why: string };
  readonly rules: readonly RuleAccount[];
}

interface Requirement {
  readonly action: string;
  readonly resource: string;
}

interface RuleAccount {
  readonly rule: string;
  readonly effect: string;
  readonly verdict: "decides" | "matches" | "no";
  readonly notFor?: string;
  readonly readings: readonly (Requirement & { readonly why: string })[];
  readonly withoutSession?: string;
}

/** Shows what would become of a request. */
export function showExplained(place: Element, told: Explained): void {
  const verdict = element("p", "verdict");
  placeLines(verdict, verdictOf(told));
  const parts = [verdict, factsOf(told)];
  if (told.rules.length > 0) parts.push(rulesOf(told.rules));
  place.replaceChildren(...parts);
}

/** Says why nothing can be told. */
export function showTrouble(place: Element, message: string): void {
  const trouble = element("p", "verdict");
  placeLines(trouble, [{ text: plainText(message), tone: "bad" }]);
  place.replaceChildren(trouble);
}

function verdictOf({ verdict, refusal, decision, refusedBy }: Explained): Cell {
  if (refusal !== undefined) {
    const by =
      verdict === "refusal" && refusedBy !== undefined ? ` It is refused at the stage ${refusedBy}.` : "";
    return [{ text: `No: ${refusal.code}`, tone: "bad" }, `${refusal.sentence}${by}`];
  }
  if (decision?.recorded === true)
    return [{ text: "Yes, for now", tone: "warn" }, "No rule allows this, and record mode lets it through."];
  return [
    { text: "Yes", tone: "good" },
    decision?.rule === undefined
      ? "The connection is opened."
      : `The rule "${plainText(decision.rule)}" allows it.`,
  ];
}

function factsOf({ refusal, operation, role }: Explained): Element {
  const facts: (readonly [name: string, lines: Cell])[] = [];
  if (refusal?.detail !== undefined) facts.push(["Because", [plainText(refusal.detail)]]);
  if (operation !== undefined) {
    facts.push(["Asks for", [`${plainText(operation.name)} at ${plainText(operation.upstream)}`]]);
    facts.push(["Needs", bounded(operation.requirements.map(needOf))]);
  }
  if (role !== undefined)
    facts.push(["Role", [plainText(role.role), plainText(`from the source ${role.source}: ${role.why}`)]]);
  const list = element("dl");
  for (const [name, lines] of facts) {
    const value = element("dd");
    placeLines(value, lines);
    list.append(element("dt", undefined, name), value);
  }
  return list;
}

const HEADS = ["Rule", "Says", "Why"];

function rulesOf(rules: readonly RuleAccount[]): Element {
  const table = element("table", "wide");
  table.setAttribute("role", "table");
  const caption = element("caption", "unseen", "What each rule says");
  const head = element("thead");
  head.setAttribute("role", "rowgroup");
  head.append(
    rowOf(
      HEADS.map((name) => [name]),
      "th",
    ),
  );
  const body = element("tbody");
  body.setAttribute("role", "rowgroup");
  body.append(...rules.map((rule) => rowOf(accountOf(rule), "td")));
  table.append(caption, head, body);
  return table;
}

function accountOf({ rule, effect, verdict, notFor, readings, withoutSession }: RuleAccount): Row {
  const says = {
    decides: effect === "deny" ? "denies it" : "allows it",
    matches: "matches",
    no: "does not match",
  }[verdict];
  const tone: Tone = verdict === "no" ? "quiet" : effect === "allow" ? "good" : "bad";
  const why = [notFor, withoutSession, ...readings.map((reading) => `${needOf(reading)}: ${reading.why}`)];
  return [
    [plainText(rule), { text: effect, tone: "quiet" }],
    [{ text: says, tone }],
    bounded(why.filter((line) => line !== undefined).map(plainText)),
  ];
}

function rowOf(cells: Row, kind: "td" | "th"): Element {
  const row = element("tr");
  row.setAttribute("role", "row");
  cells.forEach((lines, i) => {
    const cell = element(kind);
    cell.setAttribute("role", kind === "th" ? "columnheader" : "cell");
    cell.setAttribute("data-head", HEADS[i] ?? "");
    placeLines(cell, lines);
    row.append(cell);
  });
  return row;
}

const MAX_LINES = 12;

/** A request may need a thousand things. */
function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`];
}

function needOf({ action, resource }: Requirement): string {
  return plainText(`${action} on ${resource}`);
}

function element(name: string, className = "", text = ""): Element {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
