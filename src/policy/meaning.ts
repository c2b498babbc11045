import type { Requirement } from "../domain/operation.ts";
import type { ClaimRow } from "./claim-places.ts";
import { requirementInOneCase, rowInOneCase } from "./one-case.ts";
import { isUnusable, meansResource, meetsResource, type ResourcePattern } from "./resource-pattern.ts";
import { denyNaming, type Rule } from "./rule.ts";
import type { Asked } from "./conditions/when.ts";

/** What patterns say of a resource for one caller: it is meant, it is not, or a claim that must say so cannot be used. */
export type ResourceReading = "meant" | "other" | "unusable";

/** Whether an allow that is about the caller and names the action means what is asked. */
export function allows(rule: Rule, asked: Asked, row: ClaimRow): boolean {
  const { requirement } = asked;
  return (
    isAllowed(rule, requirement, row) &&
    unguarded(rule, requirement) === undefined &&
    rule.when.holdsBesides(asked)
  );
}

/** What the resources of an allow say of what is asked. */
export function readAllowed(rule: Rule, requirement: Requirement, row: ClaimRow): ResourceReading {
  if (isAllowed(rule, requirement, row)) return "meant";
  return requirement.unknownResource !== true && hasUnusable(rule.resources, row) ? "unusable" : "other";
}

/** A resource that nobody knows is surely meant by everything, and by nothing less. */
function isAllowed({ resources }: Rule, { resource, unknownResource }: Requirement, row: ClaimRow): boolean {
  return unknownResource === true
    ? resources.some(({ isEverything }) => isEverything)
    : isMeant(resources, resource, row);
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
 * no such resource. Where it is about what the requirement counts as, is a part of or may reach, and not about the
 * requirement itself, keys that are not told are unknown to it.
 */
export function asDenied(rule: Rule, asked: Asked, row: ClaimRow): Asked | undefined {
  const { requirement } = asked;
  const aim = aimOf(rule, requirement, row);
  if (aim === undefined) return undefined;
  const isItself = !rule.when.isOfRequest || (aim === "itself" && namesOwnAction(rule, requirement));
  return isItself ? asked : { ...asked, isByAnother: true };
}

/** What a deny is about of what is asked: that itself, only something that it is a part of or may reach, or neither. */
type Aim = "itself" | "beyond" | undefined;

function aimOf(rule: Rule, requirement: Requirement, row: ClaimRow): Aim {
  if (requirement.unknownResource === true) return "itself";
  const aim = aimAmong(rule.resources, requirement, row);
  if (aim !== undefined || requirement.anyCase !== true) return aim;
  return aimAmong(rule.resourcesInOneCase(), requirementInOneCase(requirement), rowInOneCase(row));
}

function aimAmong(
  patterns: readonly ResourcePattern[],
  { resource, within, mayReach }: Requirement,
  row: ClaimRow,
): Aim {
  const own = readResource(patterns, resource, row);
  if (own === "meant") return "itself";
  if (within?.some((one) => readResource(patterns, one, row) !== "other") === true) return "beyond";
  if (mayReach?.some((one) => mayMean(patterns, one, row)) === true) return "beyond";
  return own === "other" ? undefined : "itself";
}

function namesOwnAction(rule: Rule, { action, covers }: Requirement): boolean {
  return covers === undefined || denyNaming([action])(rule);
}

/** What resource patterns say of one resource. */
export function readResource(
  patterns: readonly ResourcePattern[],
  resource: string,
  row: ClaimRow,
): ResourceReading {
  if (isMeant(patterns, resource, row)) return "meant";
  return hasUnusable(patterns, row) ? "unusable" : "other";
}

/** Whether resource patterns of a deny could mean something that another pattern means. */
export function mayMean(patterns: readonly ResourcePattern[], other: string, row: ClaimRow): boolean {
  return hasUnusable(patterns, row) || patterns.some((pattern) => meetsResource(pattern, other, row));
}

/** Whether resource patterns name a claim that cannot be used. */
export function hasUnusable(patterns: readonly ResourcePattern[], row: ClaimRow): boolean {
  return patterns.some((pattern) => isUnusable(pattern, row));
}

/** The first guarded key that the conditions of an allow do not name; undefined where they name them all. */
export function unguarded({ when }: Rule, { guarded }: Requirement): string | undefined {
  return guarded?.find((key) => !when.keys.has(key));
}

function isMeant(patterns: readonly ResourcePattern[], resource: string, row: ClaimRow): boolean {
  for (const pattern of patterns) if (meansResource(pattern, resource, row)) return true;
  return false;
}
