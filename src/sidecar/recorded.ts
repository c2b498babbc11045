import { valueAt } from "../config/problem.ts";
import { writeRules } from "../config/write-rules.ts";
import type { Clock } from "../domain/clock.ts";
import type { RuleDocument } from "../policy/document.ts";
import { narrowRules } from "../policy/suggest/narrow.ts";
import { suggestPolicies, type RolePolicy } from "../policy/suggest/policies.ts";
import { suggestRules, type Suggested } from "../policy/suggest/suggest.ts";
import type { Use } from "../policy/suggest/use.ts";
import type { Observed } from "../telemetry/observed.ts";
import { issuersIn } from "./brokers.ts";
import type { Snapshot } from "./snapshot.ts";

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
  /** The same as they stand in the configuration, with references in place of what they stand for. */
  readonly written: readonly RuleDocument[];
  /** Configured names of all user pools and other issuers. What callers of others did is not told. */
  readonly issuers: readonly string[];
  readonly mode: Recorded["mode"];
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

/** How long an answer is told again: with all that there is room for it takes a quarter of a second to make. */
const REMEMBERED_MS = 1000;

/** Makes what tells of `/recorded` by the snapshot that serves; undefined where nothing is recorded, or was to be. */
export function createRecorded(observed: Observed, now: Clock): (snapshot: Snapshot) => Recorded | undefined {
  let last: { readonly of: Snapshot; readonly atMs: number; readonly told: Recorded } | undefined;
  return (snapshot) => {
    const { config, document, pipeline } = snapshot;
    const { recording } = pipeline.policy;
    if (recording === undefined) return undefined;
    const atMs = now();
    if (last?.of === snapshot && Math.abs(atMs - last.atMs) < REMEMBERED_MS) return last.told;
    const told = recordedOf({
      observed,
      rules: config.policy.rules,
      written: valueAt(document, ["policy", "rules"]) as readonly RuleDocument[],
      issuers: issuersIn(config).map(({ name }) => name),
      mode: recording.isOn(atMs) ? "record" : "enforce",
      untilMs: recording.untilMs,
    });
    last = { of: snapshot, atMs, told };
    return told;
  };
}

/** Makes the value of `/recorded`. */
export function recordedOf(options: RecordedOptions): Recorded {
  const { observed, rules, written, issuers, mode, untilMs } = options;
  const uses = inOrder(observed.uses().filter(({ issuer }) => issuers.includes(issuer)));
  const forgotten = observed.forgotten();
  const suggestions = (suggested: readonly Suggested[]): Suggestions => ({
    rules: suggested,
    yaml: writeRules(suggested, headOf(uses, forgotten)),
  });
  const added = suggestRules(uses, { rules, issuers });
  const instead = narrowRules(uses, { rules, written, taken: added.map(({ rule }) => rule.name) });
  return {
    mode,
    until: new Date(untilMs).toISOString(),
    uses,
    forgotten,
    ...suggestions(added),
    policies: suggestPolicies(uses),
    all: suggestions([...instead, ...added]),
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

function inOrder(uses: readonly Use[]): readonly Use[] {
  return uses
    .map((use) => ({ use, key: keyOf(use) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ use }) => use);
}

function keyOf({ issuer, groups, action, resource, rule, role }: Use): string {
  return JSON.stringify([groups, action, resource, issuer, rule, role]);
}
