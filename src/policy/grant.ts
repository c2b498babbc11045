import type { Caller } from "../domain/caller.ts";
import type { Denial, Permit, RuleLimits } from "../domain/decision.ts";
import type { RuleDocument, SessionPlan } from "./document.ts";
import type { Rule } from "./rule.ts";
import { compileSession } from "./sessions/session.ts";

/** What a caller gets of allows that decide: the same value each time, or why no role session can be made. */
export type Leave = (caller: Caller) => Permit | Denial;

/** What an allow gives on the upstreams of one credential source. */
export interface Grant {
  readonly source: string;
  /** Source, role and session settings as written, `pool` equal only to `pool`: grants that are the same in it are one. */
  readonly candidate: string;
  readonly leave: Leave;
}

/** An allow made ready to decide with. */
export interface Allow extends Rule {
  readonly grantOn: (upstream: string) => Grant;
}

/** Which credential source an allow uses where, and how sources make their role sessions. */
export interface PolicyOptions {
  /** The source of rules that name none, on upstreams that name none. */
  readonly defaultSource: string | undefined;
  /** The sources of rules that name none, on the upstreams that do. */
  readonly upstreamSources: ReadonlyMap<string, string>;
  /** Of every source that asks STS itself. */
  readonly sessions: ReadonlyMap<string, SessionPlan>;
  /** Of record mode: when it ends, in epoch milliseconds. Without it every rule is enforced. */
  readonly recording?: { readonly untilMs: number } | undefined;
}

/** What grants are made from besides their rule. */
export interface GrantMaterial extends PolicyOptions {
  readonly denies: readonly Rule[];
  readonly manyIssuers: boolean;
}

/** Prepares what an allow gives: one grant for each source that it may meet. */
export function compileAllow(rule: Rule, material: GrantMaterial): Allow {
  const { upstreamSources, defaultSource = "" } = material;
  const { credentials } = rule.written;
  const grantOf = (source: string): Grant => ({
    source,
    candidate: candidateOf(rule.written, source),
    leave: compileLeave([rule], source, material),
  });
  const usual = grantOf(credentials ?? defaultSource);
  if (credentials !== undefined || upstreamSources.size === 0) return { ...rule, grantOn: () => usual };
  const bySource = new Map([...new Set(upstreamSources.values())].map((source) => [source, grantOf(source)]));
  const byUpstream = new Map(
    [...upstreamSources].map(([upstream, source]) => [upstream, bySource.get(source) ?? usual]),
  );
  return { ...rule, grantOn: (upstream) => byUpstream.get(upstream) ?? usual };
}

/** Prepares what allows of one candidate give together, in file order; the first of them names the permit. */
export function compileLeave(
  allows: readonly [Rule, ...Rule[]],
  source: string,
  { sessions, denies, manyIssuers }: GrantMaterial,
): Leave {
  const [{ name, written }] = allows;
  const limits = allows.flatMap(limitsOf);
  const permit: Permit = {
    verdict: "permit",
    rule: name,
    role: written.role ?? "",
    source,
    ...(limits.length > 0 && { limits }),
  };
  const plan = sessions.get(source);
  if (plan === undefined) return () => permit;
  const make = compileSession({ plan, allows, denies, manyIssuers });
  return oncePerCaller((caller) => {
    const session = make(caller);
    return "problem" in session
      ? { verdict: "denial", reason: "claim-unusable", rule: name, detail: session.problem }
      : { ...permit, session };
  });
}

/** Of rules that decide together every one has its limits: else one without would lend its room to the others. */
function limitsOf({ name, written: { limits } }: Rule): readonly RuleLimits[] {
  return limits === undefined ? [] : [{ rule: name, ...limits }];
}

function candidateOf({ role, sessionName, sessionDuration, sessionPolicy }: RuleDocument, source: string) {
  return JSON.stringify([source, role, sessionName, sessionDuration, sessionPolicy]);
}

/** A caller is one verified token, kept as long as it is used. */
function oncePerCaller(leave: Leave): Leave {
  const known = new WeakMap<Caller, ReturnType<Leave>>();
  return (caller) => {
    const before = known.get(caller);
    if (before !== undefined) return before;
    const made = leave(caller);
    known.set(caller, made);
    return made;
  };
}
