import { getOrAdd } from "../../domain/get-or-add.ts";
import type { RuleDocument, WhoDocument } from "../document.ts";
import { bundlesOf } from "./bundles.ts";
import { attribute, type Given } from "./groups.ts";
import { isAllowedBy } from "./known.ts";
import { nameFor, uniqueName } from "./names.ts";
import { narrowed } from "./narrow.ts";
import { notesOn, notesOnGuesses } from "./notes.ts";
import type { Use } from "./use.ts";

/** What is known beside the uses. */
export interface SuggestOptions {
  /** The rules by which was decided. */
  readonly rules: readonly RuleDocument[];
  /** Configured names of all user pools and other issuers. */
  readonly issuers: readonly string[];
  /** Also the rules that there are, each narrowed to what was used of it. Default false. */
  readonly all?: boolean;
}

/** A rule that would allow what was seen. */
export interface Suggested {
  readonly rule: RuleDocument;
  /** What to know before it is taken over, a sentence each. They may quote what callers wrote. */
  readonly notes: readonly string[];
}

/**
 * Rules that allow what was seen, each action on what it was done with and nothing besides: those to add, for what was let
 * through only to be recorded. The same for the same uses in any order.
 */
export function suggestRules(uses: readonly Use[], options: SuggestOptions): readonly Suggested[] {
  const { rules, issuers, all = false } = options;
  const instead = all ? inPlace(uses, rules) : [];
  const taken = new Set([...rules, ...instead.map(({ rule }) => rule)].map(({ name }) => name));
  const fresh = uses.filter((use) => use.rule === undefined && !isAllowedBy(use, rules));
  const byIssuer = new Map<string, Use[]>();
  for (const use of fresh) {
    const issuer = issuers.length > 1 ? (use.issuer ?? "") : "";
    getOrAdd(byIssuer, issuer, (): Use[] => []).push(use);
  }
  const added = [...byIssuer.keys()].sort().flatMap((issuer) => {
    const those = issuersOf(issuer, issuers);
    return attribute(byIssuer.get(issuer) ?? []).flatMap((given) => rulesFor(given, those, taken));
  });
  return [...instead, ...added];
}

/**
 * Rules to stand in the place of those that there are: each narrowed to what users did by it, with its own callers,
 * conditions and role. Denies are not among them, nor are rules that no user needed.
 */
function inPlace(uses: readonly Use[], rules: readonly RuleDocument[]): readonly Suggested[] {
  const taken = new Set<string>();
  return narrowed(uses, rules).flatMap(({ rule, bundles }) =>
    bundles.map((bundle) => ({
      rule: {
        ...rule,
        name: uniqueName(rule.name, taken),
        allow: bundle.actions,
        on: bundle.resources,
      },
      notes: [
        `In place of "${rule.name}": what users did by it. Machines are not recorded.`,
        ...notesOn(bundle),
      ],
    })),
  );
}

function rulesFor(
  { group, uses, guessed }: Given,
  issuers: IssuersNamed,
  taken: Set<string>,
): readonly Suggested[] {
  const who: WhoDocument = {
    ...(group === undefined ? { authenticated: true } : { groups: [group] }),
    ...(issuers.named.length > 0 && { issuers: issuers.named }),
  };
  return bundlesOf(uses).map((bundle) => {
    const guesses = bundle.uses.filter((use) => guessed.has(use));
    return {
      rule: {
        name: nameFor(group ?? "users", bundle.resources, taken),
        who,
        allow: bundle.actions,
        on: bundle.resources,
        role: "pool",
      },
      notes: [...notesOn(bundle), ...notesOnGuesses(group ?? "", guesses), ...issuers.notes],
    };
  });
}

/** What rules say of issuers. */
interface IssuersNamed {
  readonly named: readonly string[];
  readonly notes: readonly string[];
}

function issuersOf(issuer: string, all: readonly string[]): IssuersNamed {
  if (all.length < 2) return { named: [], notes: [] };
  if (issuer !== "") return { named: [issuer], notes: [] };
  return { named: all, notes: ["Nobody told of which issuer the callers are: leave in only those meant."] };
}
