import type { WhenDocument } from "../document.ts";
import type { Grant } from "./cell.ts";
import { givesAll, isShut, type Region } from "./region.ts";
import type { Side } from "./side.ts";

/** By what a policy allows something. */
export interface Ground {
  readonly rule: string;
  readonly role: string;
  /** In words: a source, and what other upstreams have in its place. */
  readonly source: string;
  readonly when?: WhenDocument | undefined;
}

/** How a policy stands to a region. */
export interface Standing {
  /** What allows all of it, in file order. */
  readonly grants: readonly Grant[];
  /** Whether it is allowed and not denied: under conditions, if there are. */
  readonly isOpen: boolean;
}

/** Looks up how a policy stands to a region. */
export function standingOf(region: Region, { grantsBy, barsBy }: Side): Standing {
  const near = new Set(region.resources.flatMap(grantsBy.around));
  const all = [...near].filter((grant) => givesAll(grant, region)).sort((a, b) => a.order - b.order);
  return { grants: all, isOpen: all.length > 0 && !isShut(region, barsBy) };
}

/** What allows are told as: each rule once. */
export function groundsOf(grants: readonly Grant[]): readonly Ground[] {
  const rules = new Map(grants.map((grant) => [grant.order, grant]));
  return [...rules.values()].map(groundOf);
}

/** What an allow is told as. */
export function groundOf({ rule, given }: Grant): Ground {
  const { role, source } = given;
  return { rule: rule.name, role, source, ...(rule.when !== undefined && { when: rule.when }) };
}

/** What is given, first to last, each once. */
export function keysOf(grants: readonly Grant[]): string {
  return [...new Set(grants.map(({ given }) => given.key))].join("\n");
}
