import type { Denial } from "../domain/decision.ts";
import type { Requirement } from "../domain/operation.ts";
import { REMEDIES } from "../domain/remedies.ts";
import type { Explained } from "../proxy/explain/question.ts";

/** What would help, where anything can be said. */
export function remedyFor(told: Explained): string | undefined {
  const { refusal, decision } = told;
  if (refusal === undefined) return undefined;
  return decision?.verdict === "denial" ? AGAINST_DENIALS[decision.reason](told) : REMEDIES[refusal.code];
}

const AGAINST_DENIALS: Readonly<Record<Denial["reason"], (told: Explained) => string>> = {
  "denied-no-rule": toAllow,
  "denied-by-rule": () => "No allow helps while it matches: a deny always wins.",
  "roles-disagree": (told) =>
    `All that it needs is allowed, but by no single role; these rules matter: ${ruleOf(told)}.`,
  "claim-unusable": (told) => `"${ruleOf(told)}" would allow it, and a claim that it needs cannot be used.`,
};

function ruleOf({ decision }: Explained): string {
  return decision?.rule ?? "";
}

function toAllow(told: Explained): string {
  const [first, ...more] = unmetIn(told);
  if (first === undefined) return "To allow it, write an allow for this caller.";
  const near = nearest(told, first);
  if (near !== undefined)
    return `"${near.rule}" would allow ${first}, but for this: ${near.why}. The IAM policy of its role must allow it too.`;
  const others = more.length === 0 ? "" : `, and ${more.length} more like it`;
  return `To allow it, a rule for this caller must allow ${first}${others}. The IAM policy of its role must allow it too.`;
}

/** The first allow that a condition alone keeps from what is needed, or a key that none of its conditions names. */
function nearest({ rules }: Explained, need: string): { rule: string; why: string } | undefined {
  for (const { rule, effect, readings } of rules) {
    const close = readings.find(
      (reading) =>
        needOf(reading) === need && (reading.against === "condition" || reading.against === "guarded"),
    );
    if (effect === "allow" && close !== undefined) return { rule, why: close.why };
  }
  return undefined;
}

/** What no allow means: of the things that rules were held against, or of all where no rule is about the caller. */
function unmetIn({ operation, rules }: Explained): readonly string[] {
  const readings = rules.flatMap((rule) => (rule.effect === "allow" ? rule.readings : []));
  const met = new Set(readings.filter(({ matches }) => matches).map(needOf));
  const asked = readings.length > 0 ? readings : (operation?.requirements ?? []);
  return [...new Set(asked.map(needOf))].filter((need) => !met.has(need));
}

function needOf({ action, resource }: Pick<Requirement, "action" | "resource">): string {
  return `${action} on ${resource}`;
}
