import type { Requirement } from "../domain/operation.ts";
import type { RefusalCode } from "../domain/refusal.ts";
import type { Explained } from "../proxy/question.ts";

/** What would help, where anything can be said; IAM has its own word on each. */
export function remedyFor(told: Explained): string | undefined {
  const { refusal, decision } = told;
  if (refusal === undefined) return undefined;
  const rule = decision?.rule === undefined ? "the rule" : `"${decision.rule}"`;
  switch (refusal.code) {
    case "denied-no-rule":
      return toAllow(told);
    case "denied-by-rule":
      return `No allow helps while ${rule} matches: a deny always wins.`;
    case "roles-disagree":
      return `Each thing that it needs is allowed, but by no single role: ${decision?.rule ?? ""}.`;
    case "claim-unusable":
      return `The claim that ${rule} needs is missing in the token, or holds what no pattern may.`;
    default:
      return REMEDIES[refusal.code];
  }
}

const REMEDIES: Partial<Readonly<Record<RefusalCode, string>>> = {
  "role-not-granted": "X-Postern-Role may name a role of the token, and only where the rule says role: pool.",
  "id-token-required":
    "This source shows AWS an ID token: send it as the token, or in X-Postern-Id-Token beside the access token. A machine has none, and needs a source that assumes roles.",
  "upstream-unknown": "The first segment of the path names the upstream, unless an SDK signed the request.",
  "operation-unknown": "What Postern does not know it cannot decide, so no rule can allow it.",
  "origin-not-allowed":
    "Who brings no token in a header needs a listed Origin to write, or X-Postern-Client: 1.",
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
