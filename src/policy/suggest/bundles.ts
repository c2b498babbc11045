import { getOrAdd } from "../../domain/get-or-add.ts";
import { folded } from "./generalise.ts";
import type { Use } from "./use.ts";

/** Actions that were done on the same resources: what one rule, or one statement of an IAM policy, can say. */
export interface Bundle {
  /** Sorted. */
  readonly actions: readonly string[];
  /** Patterns, sorted. */
  readonly resources: readonly string[];
  readonly uses: readonly Use[];
}

/**
 * Bundles uses so that each action stands with exactly what it was done on. Who did it is left aside.
 *
 * @param placesOf the patterns that stand for resources; default folders for what is more than a few names
 */
export function bundlesOf(
  uses: readonly Use[],
  placesOf: (resources: readonly string[]) => readonly string[] = folded,
): readonly Bundle[] {
  const byAction = new Map<string, Use[]>();
  for (const use of uses) getOrAdd(byAction, use.action, (): Use[] => []).push(use);
  const byPlace = new Map<string, { actions: string[]; resources: readonly string[]; uses: Use[] }>();
  for (const action of [...byAction.keys()].sort()) {
    const its = byAction.get(action) ?? [];
    const resources = [...placesOf(its.map(({ resource }) => resource))].sort();
    const bundle = getOrAdd(byPlace, JSON.stringify(resources), () => ({ actions: [], resources, uses: [] }));
    bundle.actions.push(action);
    bundle.uses.push(...its);
  }
  return [...byPlace].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, bundle]) => bundle);
}
