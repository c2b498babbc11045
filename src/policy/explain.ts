import type { Caller } from "../domain/caller.ts";
import type { Operation } from "../domain/operation.ts";
import type { RequestContext } from "../domain/request-context.ts";
import type { Policy } from "./compile.ts";
import { type Judgement, judge } from "./decide.ts";
import type { Explanation, RuleAccount } from "./explanation.ts";
import type { Allow } from "./grant.ts";
import { readRule } from "./reading.ts";
import type { Rule } from "./rule.ts";
import { whyNotFor } from "./who.ts";

/** What accounts are made from. */
interface Case extends Judgement {
  readonly policy: Policy;
  readonly caller: Caller;
  readonly operation: Operation;
  readonly context: RequestContext;
}

/**
 * Says what every rule says of an operation of a caller, and what comes of it: the very value that `decide` gives. It
 * reads every rule, where a decision looks at those alone that can matter.
 */
export function explain(
  policy: Policy,
  caller: Caller,
  operation: Operation,
  context: RequestContext,
): Explanation {
  const judgement = judge(policy, caller, operation, context);
  const material = { ...judgement, policy, caller, operation, context };
  return {
    decision: judgement.decision,
    rules: policy.rules.map((rule) => accountOf(rule, material)),
  };
}

function accountOf(rule: Rule | Allow, material: Case): RuleAccount {
  const { policy, caller, operation, context, by } = material;
  const { name, effect, written } = rule;
  const notFor = whyNotFor(written.who, effect, caller) ?? rule.when.againstOf(caller);
  if (notFor !== undefined) return { rule: name, effect, verdict: "no", notFor, readings: [] };
  const { row } = policy.standing(caller);
  const readings = operation.requirements.map((requirement) =>
    readRule(rule, { caller, requirement, operation, context }, row),
  );
  const isMatch = readings.some(({ matches }) => matches);
  return {
    rule: name,
    effect,
    verdict: by.includes(rule) ? "decides" : isMatch ? "matches" : "no",
    readings,
    ...(isMatch && "grantOn" in rule && withoutSession(rule, material)),
  };
}

/** Rules that decide together make one session, which may fail where each alone would have had one. */
function withoutSession(
  rule: Allow,
  { caller, operation, decision, by }: Case,
): Pick<RuleAccount, "withoutSession"> {
  const alone = rule.grantOn(operation.upstream).leave(caller);
  if (alone.verdict === "denial") return { withoutSession: alone.detail };
  const together = decision.verdict === "denial" && decision.reason === "claim-unusable" && by.length > 1;
  return together && by.includes(rule) ? { withoutSession: decision.detail } : {};
}
