import type { Expected } from "../config/cases-schema.ts";
import type { Explained } from "../proxy/explain/question.ts";

/** What came of a case, in the members that a case can expect. */
export type Came = Expected & {
  readonly verdict: Explained["verdict"];
  /** Of a refusal, for people. */
  readonly detail?: string | undefined;
  /** The public sentence of a denial or refusal. */
  readonly sentence?: string | undefined;
};

/** Sums a rehearsed request up. */
export function cameOf({ verdict, refusal, decision, operation, role }: Explained): Came {
  return {
    verdict,
    reason: refusal?.code,
    rule: decision?.rule,
    role: verdict === "permit" ? role?.role : undefined,
    source: verdict === "permit" ? role?.source : undefined,
    operation: operation?.name,
    detail: refusal?.detail,
    sentence: refusal?.sentence,
  };
}

/** Whether all that was expected came. */
export function isAsExpected(expected: Expected, came: Came): boolean {
  return MEMBERS.every((member) => expected[member] === undefined || expected[member] === came[member]);
}

/** What was expected, in words. */
export function expectedInWords({ verdict, reason, rule, role, source, operation }: Expected): string {
  return [
    ...(operation === undefined ? [] : [operation]),
    ...(verdict === undefined ? [] : [verdict]),
    ...(reason === undefined ? [] : [reason]),
    ...givenInWords({ rule, role, source }),
  ].join(" ");
}

/** What came, in words. */
export function cameInWords({ verdict, reason, rule, role, source, detail, sentence = "" }: Came): string {
  if (verdict === "permit") return ["permit", ...givenInWords({ rule, role, source })].join(" ");
  const why = detail === undefined ? "" : ` (${detail})`;
  return `${[reason, ...givenInWords({ rule })].join(" ")}: ${sentence}${why}`;
}

const MEMBERS = ["verdict", "reason", "rule", "role", "source", "operation"] as const;

function givenInWords({ rule, role, source }: Pick<Expected, "rule" | "role" | "source">): readonly string[] {
  return [
    ...(rule === undefined ? [] : [`by "${rule}"`]),
    ...(role === undefined ? [] : [`with the role ${role}`]),
    ...(source === undefined ? [] : [`from ${source}`]),
  ];
}
