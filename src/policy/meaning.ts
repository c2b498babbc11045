import type { Requirement } from "../domain/operation.ts";
import type { ClaimRow } from "./claim-places.ts";
import { isUnusable, meansResource } from "./resource-pattern.ts";
import { denyNaming, type Rule } from "./rule.ts";
import type { Asked } from "./conditions/when.ts";

/** What a rule says of a resource for one caller: it is meant, it is not, or a claim that must say so cannot be used. */
export type ResourceReading = "meant" | "other" | "unusable";

/** Whether an allow that is about the caller and names the action means what is asked. */
export function allows(rule: Rule, asked: Asked, row: ClaimRow): boolean {
  const { requirement } = asked;
  return (
    isMeant(rule, requirement.resource, row) &&
    unguarded(rule, requirement) === undefined &&
    rule.when.holdsBesides(asked)
  );
}

/**
 * Whether a deny that is about the caller, and names the action or one that it covers, means what is asked. A claim that
 * cannot be used might have matched, so in a deny it does.
 */
export function denies(rule: Rule, asked: Asked, row: ClaimRow): boolean {
  const denied = asDenied(rule, asked, row);
  return denied !== undefined && rule.when.holdsBesides(denied);
}

/**
 * What is asked, as a deny that names the action or one that it covers is held against it; undefined where it is about
 * no such resource. Where it is about what the requirement counts as, or is a part of, and not about the requirement
 * itself, keys that are not told are unknown to it.
 */
export function asDenied(rule: Rule, asked: Asked, row: ClaimRow): Asked | undefined {
  const { requirement } = asked;
  const { resource, within } = requirement;
  const own = readResource(rule, resource, row);
  const isPart = own !== "meant" && within?.some((one) => readResource(rule, one, row) !== "other") === true;
  if (own === "other" && !isPart) return undefined;
  const isItself = !rule.when.isOfRequest || (!isPart && namesOwnAction(rule, requirement));
  return isItself ? asked : { ...asked, isByAnother: true };
}

function namesOwnAction(rule: Rule, { action, covers }: Requirement): boolean {
  return covers === undefined || denyNaming([action])(rule);
}

/** What the resources of a rule say of one. */
export function readResource(rule: Rule, resource: string, row: ClaimRow): ResourceReading {
  if (isMeant(rule, resource, row)) return "meant";
  return hasUnusable(rule, row) ? "unusable" : "other";
}

/** Whether a rule's resources name a claim that cannot be used. */
export function hasUnusable({ resources }: Rule, row: ClaimRow): boolean {
  return resources.some((pattern) => isUnusable(pattern, row));
}

/** The first guarded key that the conditions of an allow do not name; undefined where they name them all. */
export function unguarded({ when }: Rule, { guarded }: Requirement): string | undefined {
  return guarded?.find((key) => !when.keys.has(key));
}

function isMeant({ resources }: Rule, resource: string, row: ClaimRow): boolean {
  for (const pattern of resources) if (meansResource(pattern, resource, row)) return true;
  return false;
}
