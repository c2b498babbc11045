import { writeRules } from "../config/write-rules.ts";
import type { Clock } from "../domain/clock.ts";
import type { RuleDocument } from "../policy/document.ts";
import { suggestPolicies, type RolePolicy } from "../policy/suggest/policies.ts";
import { suggestRules, type Suggested } from "../policy/suggest/suggest.ts";
import type { Use } from "../policy/suggest/use.ts";
import type { Observed } from "../telemetry/observed.ts";

/** What `/recorded` tells: what was done, by how many, and what would allow it. It names no caller. */
export interface Recorded extends Suggestions {
  /** `enforce` once the time of record mode is over; what it saw is told on. */
  readonly mode: "record" | "enforce";
  /** ISO 8601. */
  readonly until: string;
  readonly uses: readonly Use[];
  /** How many things are not among the uses: for want of room, or of a pattern that means them. */
  readonly forgotten: number;
  /** For each role what it was seen to need, by the new rules and by those that there are. */
  readonly policies: readonly RolePolicy[];
  /** With the rules that there are narrowed to what was used of them. */
  readonly all: Suggestions;
}

/** Rules, and the same as YAML. */
export interface Suggestions {
  readonly rules: readonly Suggested[];
  /** To paste under `policy.rules`. */
  readonly yaml: string;
}

/** What is recorded, and by which rules was decided. */
export interface RecordedOptions {
  readonly observed: Observed;
  readonly rules: readonly RuleDocument[];
  /** Configured names of all user pools and other issuers. */
  readonly issuers: readonly string[];
  /** Epoch milliseconds. */
  readonly untilMs: number;
  readonly now: Clock;
}

/** Makes the value of `/recorded`, anew at each call. */
export function recordedOf({ observed, rules, issuers, untilMs, now }: RecordedOptions): () => Recorded {
  return () => {
    const uses = observed.uses().toSorted(byWhat);
    const forgotten = observed.forgotten();
    const suggestions = (all: boolean): Suggestions => {
      const suggested = suggestRules(uses, { rules, issuers, all });
      return { rules: suggested, yaml: writeRules(suggested, headOf(uses, forgotten)) };
    };
    return {
      mode: now() < untilMs ? "record" : "enforce",
      until: new Date(untilMs).toISOString(),
      uses,
      forgotten,
      ...suggestions(false),
      policies: suggestPolicies(uses),
      all: suggestions(true),
    };
  };
}

function headOf(uses: readonly Use[], forgotten: number): readonly string[] {
  const counts = `From ${counted(uses.length, "use")} of users; machines and guests are not recorded.`;
  if (forgotten === 0) return [counts];
  return [counts, `What was done ${counted(forgotten, "time")} besides could not be kept, and is not in it.`];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function byWhat(one: Use, other: Use): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

function keyOf({ issuer, groups, action, resource, rule, role }: Use): string {
  return JSON.stringify([groups, action, resource, issuer, rule, role]);
}
