import type { Caller } from "../domain/caller.ts";
import type { Decision, Denial } from "../domain/decision.ts";
import type { Operation, Requirement } from "../domain/operation.ts";
import type { RequestContext } from "../domain/request-context.ts";
import type { Policy } from "./compile.ts";
import type { Allow } from "./grant.ts";
import { allows, denies, readResource } from "./meaning.ts";
import { recordedPermit } from "./record.ts";
import type { Rule } from "./rule.ts";
import type { Standing } from "./standing.ts";
import type { Asked } from "./when.ts";

/** A decision, and the rules that it came of. */
export interface Judgement {
  readonly decision: Decision;
  /** The deny, the allows that give together, or those that the denial names; empty where no rule had a part in it. */
  readonly by: readonly Rule[];
}

/** By which policy is decided, and what it knows of the caller. */
interface Bench extends Standing {
  readonly policy: Policy;
  readonly upstream: string;
}

/**
 * Decides one operation of one caller.
 *
 * A deny that matches any requirement wins. Otherwise the candidates are the credential source, role and session
 * settings of the allows that match, in file order, and the first wins with which every requirement is allowed. An
 * allow whose role session cannot be made for the caller gives nothing.
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
  return requirements.length === 1
    ? decideOne(bench, askedFor(first))
    : decideAll(bench, caller, requirements.map(askedFor));
}

function decideOne({ view, row, upstream }: Bench, asked: Asked): Judgement {
  const candidates = view.candidates(asked.requirement);
  const deny = candidates.denies.find((rule) => denies(rule, asked, row));
  if (deny !== undefined) return denied(deny, asked);
  let without: Judgement | undefined;
  for (const rule of candidates.allows) {
    if (!allows(rule, asked, row)) continue;
    const decision = rule.grantOn(upstream).leave(asked.caller);
    if (decision.verdict === "permit") return { decision, by: [rule] };
    without ??= { decision, by: [rule] };
  }
  return without ?? noRule(candidates.allows, asked, row);
}

function decideAll(bench: Bench, caller: Caller, all: readonly Asked[]): Judgement {
  const { policy, view, row, upstream } = bench;
  for (const asked of all) {
    const deny = view.candidates(asked.requirement).denies.find((rule) => denies(rule, asked, row));
    if (deny !== undefined) return denied(deny, asked);
  }
  let common: Common | undefined;
  for (const asked of all) {
    common = inCommon(common, bench, asked);
    if (common.size === 0) return nothingInCommon(bench, all);
  }
  let without: Judgement | undefined;
  for (const by of inFileOrder(common?.values() ?? [])) {
    const decision = policy.together(by, upstream)(caller);
    if (decision.verdict === "permit") return { decision, by };
    without ??= { decision, by };
  }
  return without ?? nothingInCommon(bench, all);
}

/** Candidates, each with the rules that decide for it: of each requirement the first. */
type Common = ReadonlyMap<string, Set<Allow>>;

/** The candidates that are left with one more requirement. */
function inCommon(before: Common | undefined, { view, row, upstream }: Bench, asked: Asked): Common {
  const common = new Map<string, Set<Allow>>();
  for (const rule of view.candidates(asked.requirement).allows) {
    if (common.size === before?.size) break;
    const { candidate } = rule.grantOn(upstream);
    const rules = before === undefined ? new Set<Allow>() : before.get(candidate);
    if (rules === undefined || common.has(candidate) || !allows(rule, asked, row)) continue;
    common.set(candidate, rules.add(rule));
  }
  return common;
}

function inFileOrder(candidates: Iterable<ReadonlySet<Allow>>): readonly [Allow, ...Allow[]][] {
  return [...candidates]
    .map((rules) => [...rules].sort((a, b) => a.order - b.order) as [Allow, ...Allow[]])
    .sort(([a], [b]) => a.order - b.order);
}

/** Why no candidate is left: a requirement that no rule allows, or rules that allow them all and disagree. */
function nothingInCommon({ view, row }: Bench, all: readonly Asked[]): Judgement {
  const matching = new Set<Allow>();
  for (const asked of all) {
    const candidates = view.candidates(asked.requirement).allows;
    const rules = candidates.filter((rule) => allows(rule, asked, row));
    if (rules.length === 0) return noRule(candidates, asked, row);
    for (const rule of rules) matching.add(rule);
  }
  const by = [...matching].sort((a, b) => a.order - b.order);
  const rule = by.map(({ name }) => name).join(", ");
  const detail = "no role is common to all requirements";
  return { decision: { verdict: "denial", reason: "roles-disagree", rule, detail }, by };
}

function denied(deny: Rule, asked: Asked): Judgement {
  return { decision: denial("denied-by-rule", asked, deny), by: [deny] };
}

function noRule(candidates: readonly Rule[], asked: Asked, row: Standing["row"]): Judgement {
  const { resource } = asked.requirement;
  // Conditions are not looked at: with or without them it is the claim that the rule needs first.
  const unusable = candidates.find((rule) => readResource(rule, resource, row) === "unusable");
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
