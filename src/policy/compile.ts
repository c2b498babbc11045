import type { Caller } from "../domain/caller.ts";
import type { Permit } from "../domain/decision.ts";
import type { RequestContext } from "../domain/request-context.ts";
import { createClaimPlaces } from "./claim-places.ts";
import type { RuleDocument } from "./document.ts";
import { type Allow, compileAllow, compileLeave, type Leave, type PolicyOptions } from "./grant.ts";
import { compileRecording, type Recording, recordsFor } from "./record.ts";
import { compileRule, type Rule } from "./rule.ts";
import { createStandings, namesService, type Standing } from "./standing.ts";

/** A policy ready to decide: immutable but for its memory of what it was asked, on which no decision depends. */
export interface Policy {
  /** Every rule, in file order. */
  readonly rules: readonly (Rule | Allow)[];
  /** What it knows of a caller, found once for each. */
  readonly standing: (caller: Caller) => Standing;
  /** What allows that give the same on an upstream give together; they stand in file order. */
  readonly together: (allows: readonly [Allow, ...Allow[]], upstream: string) => Leave;
  /** Whether anything may be allowed to this caller on the service: before its body is read. */
  readonly mayUse: (caller: Caller, service: string, nowMs: RequestContext["nowMs"]) => boolean;
  /**
   * What the allows for this caller on an upstream give, each candidate once and none whose role session cannot be
   * made: for telling, not for deciding.
   */
  readonly permitsFor: (caller: Caller, upstream: UpstreamNames) => readonly Permit[];
  /** Undefined where every rule is enforced at any time. */
  readonly recording: Recording | undefined;
}

/** An upstream's configured name, and what the actions of its service begin with. */
export interface UpstreamNames {
  readonly name: string;
  readonly actionPrefix: string;
}

/** Rules are few; this only bounds a mistake. */
const MAX_REMEMBERED = 4096;

/** Prepares rules once. They must be free of problems (`problemsOf`). */
export function compilePolicy(documents: readonly RuleDocument[], options: PolicyOptions): Policy {
  const places = createClaimPlaces();
  const plain = documents.map((document, order) => compileRule(document, order, places));
  const denies = plain.filter(({ effect }) => effect === "deny");
  const material = { ...options, denies, manyIssuers: issuersIn(documents).size > 1 };
  const allows = plain.filter(({ effect }) => effect === "allow").map((rule) => compileAllow(rule, material));
  const standing = createStandings({ denies, allows, places });
  const recording = compileRecording(options);
  const leaves = new Map<string, Leave>();
  return {
    rules: [...denies, ...allows].sort((a, b) => a.order - b.order),
    standing,
    recording,
    together: (these, upstream) => {
      const { source, leave } = these[0].grantOn(upstream);
      if (these.length === 1) return leave;
      const key = `${source} ${these.map(({ order }) => order).join(" ")}`;
      return leaves.get(key) ?? remember(leaves, key, compileLeave(these, source, material));
    },
    mayUse: (caller, service, nowMs) =>
      standing(caller).view.mayUse(service) || recordsFor(recording, caller, nowMs),
    permitsFor: (caller, upstream) => permitsOn(standing(caller).view.allows, caller, upstream),
  };
}

function permitsOn(
  allows: readonly Allow[],
  caller: Caller,
  { name, actionPrefix }: UpstreamNames,
): readonly Permit[] {
  const firsts = new Map<string, Permit>();
  for (const rule of allows) {
    if (!namesService(rule, actionPrefix) || rule.upstreams?.includes(name) === false) continue;
    const { candidate, leave } = rule.grantOn(name);
    const permit = firsts.get(candidate) ?? leave(caller);
    if (permit.verdict === "permit") firsts.set(candidate, permit);
  }
  return [...firsts.values()];
}

/** The issuers that callers may come from: with more than one configured, every allow but those for guests names its own. */
function issuersIn(documents: readonly RuleDocument[]): ReadonlySet<string> {
  return new Set(documents.flatMap(({ allow, who }) => (allow === undefined ? [] : (who?.issuers ?? []))));
}

function remember<T>(known: Map<string, T>, key: string, value: T): T {
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(key, value);
  return value;
}
