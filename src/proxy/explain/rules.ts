import type { Caller } from "../../domain/caller.ts";
import type { Decision } from "../../domain/decision.ts";
import type { Operation, Requirement } from "../../domain/operation.ts";
import type { RequestContext } from "../../domain/request-context.ts";
import type { Policy } from "../../policy/compile.ts";
import { decide } from "../../policy/decide.ts";
import { explain } from "../../policy/explain.ts";
import type { Explanation, RuleAccount } from "../../policy/explanation.ts";

/** A thousand rules about a thousand keys would make 150 MB of words, and hold up every request for seconds. */
const MAX_CHARACTERS = 2_400_000;

/** Of one reading, besides the resource that it names twice. */
const WORDS = 200;

/**
 * Says what every rule says of an operation. Of one that needs very many things the rules are held against a part of
 * them, the one that is refused first; the decision is about all.
 */
export function explainRules(
  policy: Policy,
  caller: Caller,
  operation: Operation,
  context: RequestContext,
): Explanation {
  const { requirements } = operation;
  const room = MAX_CHARACTERS / Math.max(1, policy.rules.length);
  if (howManyFit(requirements, room) === requirements.length)
    return explain(policy, caller, operation, context);
  const decision = decide(policy, caller, operation, context);
  const inOrder = refusedFirst(requirements, decision);
  const part = { ...operation, requirements: inOrder.slice(0, Math.max(1, howManyFit(inOrder, room))) };
  const partly = explain(policy, caller, part, context);
  const isAlike = partly.decision.verdict === decision.verdict;
  return { decision, rules: isAlike ? partly.rules : partly.rules.map(withoutVerdict) };
}

function howManyFit(requirements: readonly Requirement[], room: number): number {
  let left = room;
  const first = requirements.findIndex(({ resource }) => (left -= WORDS + 2 * resource.length) < 0);
  return first === -1 ? requirements.length : first;
}

function refusedFirst(requirements: readonly Requirement[], decision: Decision): readonly Requirement[] {
  if (decision.verdict === "permit") return requirements;
  const refused = requirements.filter(
    ({ action, resource }) => decision.detail === `${action} on ${resource}`,
  );
  return [...refused, ...requirements.filter((one) => !refused.includes(one))];
}

/** What decides a part need not decide the whole. */
function withoutVerdict(account: RuleAccount): RuleAccount {
  return account.verdict === "decides" ? { ...account, verdict: "matches" } : account;
}
