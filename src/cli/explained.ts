import type { Explained, Stage } from "../proxy/explain/question.ts";
import { remedyFor } from "./explained-remedy.ts";
import { rulesInWords } from "./explained-rules.ts";

/** Says what was rehearsed for people, a line an entry: an answer to "why 403?". */
export function wordsFor(told: Explained, request: string): readonly string[] {
  const { role, canonicalRequest } = told;
  const remedy = remedyFor(told);
  return [
    verdictOf(told),
    "",
    ...facts(told, request),
    ...rulesInWords(told.rules),
    ...(remedy === undefined ? [] : ["", remedy]),
    ...(role === undefined || canonicalRequest === undefined
      ? []
      : ["", "What would be signed, but for the secrets:", ...indented(canonicalRequest.split("\n"))]),
  ];
}

function verdictOf(told: Explained): string {
  const { verdict, refusal, decision, refusedBy } = told;
  if (refusal === undefined) return permitOf(decision);
  const { code, sentence } = refusal;
  if (code === "denied-by-rule") return `No: the rule "${decision?.rule ?? ""}" denies this (${code}).`;
  const why = `No: ${lowered(sentence)} (${code}).`;
  return verdict === "refusal" && refusedBy !== undefined ? `${why} ${BEFORE[refusedBy]}` : why;
}

function permitOf(decision: Explained["decision"]): string {
  if (decision === undefined) return "Yes: the connection is opened, and each packet on it will be decided.";
  return decision.verdict === "permit" && decision.recorded === true
    ? "Yes, for now: no rule allows this, and record mode lets it through."
    : `Yes: the rule "${decision.rule ?? ""}" allows this.`;
}

/** How far a refused request came. */
const BEFORE: Readonly<Record<Stage, string>> = {
  door: "It is refused at the door, before anybody looks at who sends it.",
  route: "It is refused before anybody looks at who sends it.",
  identity: "It is refused before any rule is asked.",
  operation: "It is refused before any rule is asked.",
  policy: "",
  credentials: "The rules allow it, and the caller cannot get the credentials.",
  signing: "The rules allow it, and it cannot be sent on.",
};

function facts(told: Explained, request: string): readonly string[] {
  const { refusal, verdict, caller, operation, role, decision } = told;
  const lines: (readonly [label: string, text: string])[] = [["request", request]];
  // What a denial has to say in detail the requirements below say too.
  if (refusal?.detail !== undefined && (verdict === "refusal" || operation === undefined))
    lines.push(["because", refusal.detail]);
  if (operation !== undefined) {
    lines.push(["asks for", `${operation.name} at the upstream ${operation.upstream}`]);
    const needs = operation.requirements.map(({ action, resource }) => `${action} on ${resource}`);
    lines.push(...bounded(needs).map((need, i) => [i === 0 ? "needs" : "", need] as const));
  }
  if (caller !== undefined) lines.push(["caller", callerInWords(caller)]);
  if (role !== undefined) {
    lines.push(["role", role.role === "pool" ? "the identity pool's choice" : role.role]);
    lines.push(["", `from the source ${role.source}: ${role.why}`]);
  }
  for (const limit of limitsIn(decision)) lines.push(["at most", limit]);
  return lines.map(([label, text]) => `  ${label.padEnd(8)}  ${text}`);
}

/** How much may be under way by the rules that decide. */
function limitsIn(decision: Explained["decision"]): readonly string[] {
  if (decision?.verdict !== "permit") return [];
  return (decision.limits ?? []).flatMap(({ rule, inFlight, inFlightPerCaller }) => [
    ...(inFlight === undefined ? [] : [`${inFlight} requests at a time by the rule "${rule}"`]),
    ...(inFlightPerCaller === undefined ? [] : [`${inFlightPerCaller} of one caller by the rule "${rule}"`]),
  ]);
}

const MAX_LINES = 20;

/** A request may need a thousand things. */
function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`];
}

function callerInWords({
  kind,
  issuer,
  subject,
  clientId,
  groups,
}: NonNullable<Explained["caller"]>): string {
  if (kind === "guest") return "a guest, who has no token";
  if (kind === "machine") return `the app client ${clientId} of ${issuer}, a machine`;
  const where = groups.length === 1 ? "in the group" : "in the groups";
  return `the user ${subject} of ${issuer}, ${groups.length === 0 ? "in no group" : `${where} ${groups.join(", ")}`}`;
}

function lowered(sentence: string): string {
  const text = sentence.replace(/\.$/, "");
  // Not what is written large in the midst of a sentence too.
  return /^(?:AWS|Postern)/.test(text) ? text : `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}
