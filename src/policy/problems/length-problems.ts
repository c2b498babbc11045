import type { Problem, RuleDocument, SourceNames } from "../document.ts";
import { isToldByAws, sessionCondition } from "../sessions/session-condition.ts";
import { derivePolicy, MAX_POLICY_LENGTH, type Scope } from "../sessions/session-policy.ts";
import { SAMPLE_CLAIM } from "./session-problems.ts";
import { sourcesMet } from "./source-problems.ts";
import { compileTemplate, fillTemplate } from "../template.ts";
import { compileWhen } from "../conditions/when.ts";

/** Finds an allow of which no session policy can be made that STS takes, on each source that would make one. */
export function lengthProblems(
  rule: RuleDocument,
  rules: readonly RuleDocument[],
  names: SourceNames,
): Problem[] {
  const making = [...sourcesMet(rule, names)].filter(([, { plan }]) => plan?.downscope === true);
  if (rule.sessionPolicy !== undefined || making.length === 0) return [];
  const denies = rules.filter(({ deny }) => deny !== undefined);
  const length = derivePolicy([scopeOf(rule)], denies.filter(mayBeTold).map(scopeOf)).length;
  if (length <= MAX_POLICY_LENGTH) return [];
  return making.map(([name]) => {
    const message =
      `the session policy made from it has ${length} characters with claims of ${SAMPLE_CLAIM.length}, and STS takes ` +
      `${MAX_POLICY_LENGTH}: shorten it and the denies of its actions, write a sessionPolicy, or set downscope: false on ` +
      `the source "${name}"`;
    return { path: ["on"], message };
  });
}

/** Whether a deny may stand in a session policy: it does, for some callers, but for one that Postern alone can tell. */
function mayBeTold({ when }: RuleDocument): boolean {
  return when === undefined || isToldByAws(when) || compileWhen(when, "deny").ofCallerAlone;
}

function scopeOf({ allow, deny, on = ["*"], when }: RuleDocument): Scope {
  return {
    actions: allow ?? deny ?? [],
    resources: on.map((pattern) => fillTemplate(compileTemplate(pattern), sample) ?? "*"),
    condition: sessionCondition(when, sample),
  };
}

function sample(): string {
  return SAMPLE_CLAIM;
}
