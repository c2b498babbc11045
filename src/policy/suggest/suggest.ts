import { getOrAdd } from "../../domain/get-or-add.ts";
import type { RuleDocument, WhoDocument } from "../document.ts";
import { bundlesOf } from "./bundles.ts";
import { attribute, type Given } from "./groups.ts";
import { allowedBy } from "./known.ts";
import { nameFor } from "./names.ts";
import { notesOn, notesOnGuesses } from "./notes.ts";
import type { Use } from "./use.ts";

/** What is known beside the uses. */
export interface SuggestOptions {
  /** The rules by which was decided. */
  readonly rules: readonly RuleDocument[];
  /** Configured names of all user pools and other issuers: what was done by callers of others is left out. */
  readonly issuers: readonly string[];
}

/** A rule that would allow what was seen. */
export interface Suggested {
  readonly rule: RuleDocument;
  /** What to know before it is taken over, a sentence each. They may quote what callers wrote. */
  readonly notes: readonly string[];
}

/**
 * Rules to add that allow what was let through only to be recorded, each action on what it was done with and nothing
 * besides. The same for the same uses in any order.
 */
export function suggestRules(uses: readonly Use[], { rules, issuers }: SuggestOptions): readonly Suggested[] {
  const taken = new Set(rules.map(({ name }) => name));
  const isAllowed = allowedBy(rules);
  const byIssuer = new Map<string, Use[]>();
  for (const use of uses) {
    const isNew = use.rule === undefined && issuers.includes(use.issuer) && !isAllowed(use);
    if (isNew) getOrAdd(byIssuer, use.issuer, (): Use[] => []).push(use);
  }
  return [...byIssuer.keys()].sort().flatMap((issuer) => {
    const ofIssuer = issuers.length > 1 ? { issuers: [issuer] } : {};
    return attribute(byIssuer.get(issuer) ?? []).flatMap((given) => rulesFor(given, ofIssuer, taken));
  });
}

function rulesFor(
  { group, uses, guessed }: Given,
  ofIssuer: Pick<WhoDocument, "issuers">,
  taken: Set<string>,
): readonly Suggested[] {
  const who: WhoDocument = {
    ...(group === undefined ? { authenticated: true } : { groups: [group] }),
    ...ofIssuer,
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
      notes: [...notesOn(bundle), ...notesOnGuesses(group ?? "", guesses)],
    };
  });
}
