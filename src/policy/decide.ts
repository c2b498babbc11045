import type { Caller } from "../domain/caller.ts";
import type { Decision, Denial } from "../domain/decision.ts";
import type { Operation, Requirement } from "../domain/operation.ts";
import type { RequestContext } from "../domain/request-context.ts";
import {
  allMatching,
  allowsFor,
  commonGrants,
  type Place,
  sameGrant,
  type Together,
} from "./common-grants.ts";
import type { Policy } from "./compile.ts";
import type { Allow } from "./grant.ts";
import { allows, denies, readAllowed } from "./meaning.ts";
import { recordedPermit } from "./record.ts";
import type { Rule } from "./rule.ts";
import type { Asked } from "./conditions/when.ts";

/** A decision, and the rules that it came of. */
export interface Judgement {
  readonly decision: Decision;
  /** The deny, the allows that give together, or those that the denial names; empty where no rule had a part in it. */
  readonly by: readonly Rule[];
}

/** By which policy is decided, where, and what it knows of the caller. */
interface Bench extends Place {
  readonly policy: Policy;
}

/**
 * Decides one operation of one caller.
 *
 * A deny that matches any requirement wins. Otherwise the candidates are the credential source, role and session
 * settings of the allows that match, in file order, and the first wins with which every requirement is allowed. An
 * allow whose role session cannot be made for the caller gives nothing. Where no allow gives anything, record mode may
 * let a user through (`recordedPermit`).
 */
export function decide(
  policy: Policy,
  caller: Caller,
  operation: Operation,
  context: RequestContext,
): Decision {
  return judge(policy, caller, operation, context).decision;
}

/** Decides as {@link decide} does, and tells by which rules. */
export function judge(
  policy: Policy,
  caller: Caller,
  operation: Operation,
  context: RequestContext,
): Judgement {
  const judged = byRules(policy, caller, operation, context);
  const { decision } = judged;
  if (decision.verdict === "permit") return judged;
  const recorded = recordedPermit(policy.recording, decision, { caller, operation, context });
  return recorded === undefined ? judged : { decision: recorded, by: [] };
}

function byRules(policy: Policy, caller: Caller, operation: Operation, context: RequestContext): Judgement {
  const { requirements, upstream } = operation;
  const { row, view } = policy.standing(caller);
  const bench: Bench = { policy, row, view, upstream };
  const askedFor = (requirement: Requirement): Asked => ({ caller, requirement, operation, context });
  const [first] = requirements;
  if (first === undefined) {
    return { decision: { verdict: "denial", reason: "denied-no-rule", detail: "nothing is asked" }, by: [] };
  }
  if (requirements.length === 1) return decideOne(bench, askedFor(first));
  const found: NonNullable<Asked["found"]> = new Map();
  return decideAll(
    bench,
    caller,
    requirements.map((requirement) => ({ ...askedFor(requirement), found })),
  );
}

function decideOne(bench: Bench, asked: Asked): Judgement {
  const deny = findDeny(bench, asked);
  if (deny !== undefined) return denied(deny, asked);
  let without: Judgement | undefined;
  for (const rule of allowsFor(bench, asked)) {
    if (!allows(rule, asked, bench.row)) continue;
    const decision = rule.grantOn(bench.upstream).leave(asked.caller);
    if (decision.verdict === "permit") return { decision, by: [rule] };
    without ??= { decision, by: [rule] };
  }
  return without ?? noRule(bench, asked);
}

function decideAll(bench: Bench, caller: Caller, all: readonly Asked[]): Judgement {
  for (const asked of all) {
    const deny = findDeny(bench, asked);
    if (deny !== undefined) return denied(deny, asked);
  }
  const firsts: Allow[] = [];
  for (const asked of all) {
    const first = allowsFor(bench, asked).find((rule) => allows(rule, asked, bench.row));
    if (first === undefined) return noRule(bench, asked);
    firsts.push(first);
  }
  const same = sameGrant(firsts, bench);
  const given = same && give(bench, caller, same);
  if (given?.decision.verdict === "permit") return given;
  let without: Judgement | undefined;
  for (const by of commonGrants(bench, all)) {
    const judgement = give(bench, caller, by);
    if (judgement.decision.verdict === "permit") return judgement;
    without ??= judgement;
  }
  return without ?? disagreement(allMatching(bench, all));
}

function give({ policy, upstream }: Bench, caller: Caller, by: Together): Judgement {
  return { decision: policy.together(by, upstream)(caller), by };
}

function findDeny({ view, row }: Bench, asked: Asked): Rule | undefined {
  const { requirement } = asked;
  return view
    .candidates(requirement)
    .denies(requirement, row)
    .find((rule) => denies(rule, asked, row));
}

function disagreement(by: readonly Allow[]): Judgement {
  const rule = by.map(({ name }) => name).join(", ");
  const detail = "no role is common to all requirements";
  return { decision: { verdict: "denial", reason: "roles-disagree", rule, detail }, by };
}

function denied(deny: Rule, asked: Asked): Judgement {
  return { decision: denial("denied-by-rule", asked, deny), by: [deny] };
}

function noRule({ view, row }: Bench, asked: Asked): Judgement {
  const { requirement } = asked;
  // Conditions are not looked at: with or without them it is the claim that the rule needs first.
  const unusable = view
    .candidates(requirement)
    .impaired(row)
    .find((rule) => readAllowed(rule, requirement, row) === "unusable");
  return unusable === undefined
    ? { decision: denial("denied-no-rule", asked), by: [] }
    : { decision: denial("claim-unusable", asked, unusable), by: [unusable] };
}

function denial(reason: Denial["reason"], { requirement }: Asked, rule?: Rule): Denial {
  return {
    verdict: "denial",
    reason,
    ...(rule !== undefined && { rule: rule.name }),
    detail: `${requirement.action} on ${requirement.resource}`,
  };
}
