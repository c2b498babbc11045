import type { Denial } from "../domain/decision.ts";
import type { Requirement } from "../domain/operation.ts";
import type { RefusalCode } from "../domain/refusal.ts";
import type { Explained } from "../proxy/question.ts";

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

const REMEDIES: Partial<Readonly<Record<RefusalCode, string>>> = {
  "role-not-granted": "X-Postern-Role may name a role of the token, and only where the rule says role: pool.",
  "id-token-required":
    "This source shows AWS an ID token: send it as the token, or in X-Postern-Id-Token beside the access token. A machine has none, and needs a source that assumes roles.",
  "upstream-unknown": "The first segment of the path names the upstream, unless an SDK signed the request.",
  "operation-unknown": "What Postern does not know it cannot decide, so no rule can allow it.",
  "two-tokens": "Send one token, in one place.",
};

function toAllow({ operation, rules }: Explained): string {
  const unmet = (operation?.requirements ?? []).filter(
    (_, i) => !rules.some(({ effect, readings }) => effect === "allow" && readings[i]?.matches === true),
  );
  const [first, ...more] = unmet;
  if (first === undefined) return "To allow it, write an allow for this caller.";
  const others = more.length === 0 ? "" : `, and ${more.length} more like it`;
  return `To allow it, a rule for this caller must allow ${needOf(first)}${others}. The IAM policy of its role must allow it too.`;
}

function needOf({ action, resource }: Requirement): string {
  return `${action} on ${resource}`;
}
