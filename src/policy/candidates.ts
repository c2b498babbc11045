import type { Requirement } from "../domain/operation.ts";
import type { ClaimRow } from "./claim-places.ts";
import type { Allow } from "./grant.ts";
import { hasUnusable } from "./meaning.ts";
import { requirementInOneCase } from "./one-case.ts";
import { merged, type RulesByResource, rulesByResource } from "./rules-by-resource.ts";
import type { Rule } from "./rule.ts";

/** The rules that can matter for one action of some callers. What is told of them is in file order. */
export interface Candidates {
  /** The denies that may mean a requirement. */
  readonly denies: (requirement: Requirement, row: ClaimRow) => readonly Rule[];
  /** The allows that may mean a resource. */
  readonly allows: (resource: string) => readonly Allow[];
  /** The allows with a claim that cannot be used: they mean less than they say. */
  readonly impaired: (row: ClaimRow) => readonly Allow[];
}

/** Prepares the rules that name an action. */
export function createCandidates(
  denies: readonly Rule[],
  allows: readonly Allow[],
  keep: (references: number) => void,
): Candidates {
  const denied = rulesByResource(denies, keep);
  const allowed = rulesByResource(allows, keep);
  const templates = { denies: denies.filter(hasClaims), allows: allows.filter(hasClaims) };
  keep(2 * (denies.length + allows.length));
  const deniesIn = (
    index: RulesByResource<Rule>,
    { resource, within = [], mayReach = [] }: Requirement,
    row: ClaimRow,
  ): readonly Rule[] => {
    const found = index.under(resource);
    // A claim that cannot be used might have matched anything.
    const impaired = templates.denies.filter(({ resources }) => hasUnusable(resources, row));
    if (impaired.length + within.length + mayReach.length === 0) return found;
    return merged(found, impaired, ...within.map(index.under), ...mayReach.map(index.near));
  };
  let inOneCase: RulesByResource<Rule> | undefined;
  return {
    denies: (requirement, row) => {
      if (requirement.unknownResource === true) return denies;
      if (requirement.anyCase !== true) return deniesIn(denied, requirement, row);
      inOneCase ??= rulesByResource(denies, keep, ({ resourcesInOneCase }) => resourcesInOneCase());
      return deniesIn(inOneCase, requirementInOneCase(requirement), row);
    },
    allows: allowed.under,
    impaired: (row) => templates.allows.filter(({ resources }) => hasUnusable(resources, row)),
  };
}

function hasClaims({ resources }: Rule): boolean {
  return resources.some(({ places }) => places.length > 0);
}
