import type { Requirement } from "../../domain/operation.ts";
import { checkCount } from "./members.ts";

/** A resource that an operation touches, and what its requirement says besides. */
export type Touched = Omit<Requirement, "action"> & {
  /** Where it is not the operation's own. */
  readonly action?: string;
};

/**
 * Entries that no rule can tell apart are decided once. Others are not merged, as IAM does with those of a batch: among
 * the values of many, one could hide from a condition on all of them.
 *
 * @throws Refusal body-malformed: too many of them
 */
export function distinct(touched: readonly Touched[]): readonly Touched[] {
  checkCount(touched.length);
  const seen = new Map<string, Touched>();
  for (const one of touched) {
    const { action, resource, covers, keys } = one;
    seen.set(JSON.stringify([action, resource, covers, [...(keys ?? [])]]), one);
  }
  return [...seen.values()];
}
