import type { ClaimRow } from "./claim-places.ts";
import type { Reading } from "./explanation.ts";
import type { Requirement } from "../domain/operation.ts";
import { asDenied, mayMean, readAllowed, readResource, unguarded } from "./meaning.ts";
import { requirementInOneCase, rowInOneCase } from "./one-case.ts";
import { givesCredentials, matchesAction } from "./pattern.ts";
import { isUnusable, meansResource, meetsResource, type ResourcePattern } from "./resource-pattern.ts";
import { allowNaming, denyNaming, type Rule } from "./rule.ts";
import { claimsIn } from "./template.ts";
import type { Asked } from "./conditions/when.ts";

/** What is found of one requirement: words, and which part of the rule they are about where it stands against it. */
type Found = Pick<Reading, "against" | "why">;

/** As many names as a reading lists; a rule may have hundreds. */
const MAX_LISTED = 5;

/** What a rule that is about the caller says of what is asked. It says no other than `allows` and `denies` do. */
export function readRule(rule: Rule, asked: Asked, row: ClaimRow): Reading {
  const { action, resource } = asked.requirement;
  const found = rule.effect === "allow" ? readAllow(rule, asked, row) : readDeny(rule, asked, row);
  return { action, resource, matches: found.against === undefined, ...found };
}

function readAllow(rule: Rule, asked: Asked, row: ClaimRow): Found {
  const { requirement } = asked;
  const { action } = requirement;
  if (!allowNaming(action)(rule)) return { against: "action", why: otherActions(rule, action) };
  const read = readAllowed(rule, requirement, row);
  if (read !== "meant") {
    const why = requirement.unknownResource === true ? onlyEverything(action) : otherResources(rule);
    return { against: "resource", why: read === "unusable" ? unusableIn(rule, row) : why };
  }
  const key = unguarded(rule, requirement);
  if (key !== undefined) {
    return { against: "guarded", why: `${action} is asked with ${key}, which no condition of it names` };
  }
  const condition = rule.when.against(asked);
  if (condition !== undefined) return { against: "condition", why: condition };
  return { why: `it allows ${actionIn(rule, action)} on ${patternIn(rule, requirement, row)}` };
}

function readDeny(rule: Rule, asked: Asked, row: ClaimRow): Found {
  const { requirement } = asked;
  const { action, covers = [] } = requirement;
  const denied = [action, ...covers].find((one) => denyNaming([one])(rule));
  if (denied === undefined) return { against: "action", why: otherActions(rule, action) };
  const read = asDenied(rule, asked, row);
  if (read === undefined) return { against: "resource", why: otherResources(rule) };
  const condition = rule.when.against(read);
  if (condition !== undefined) return { against: "condition", why: condition };
  const what = denied === action ? actionIn(rule, action) : `${denied}, which ${action} does too,`;
  return { why: `it denies ${what} ${deniedPlace(rule, requirement, row)}` };
}

/** On what a deny that means what is asked is held against it. */
function deniedPlace(rule: Rule, requirement: Requirement, row: ClaimRow): string {
  const { resource, unknownResource } = requirement;
  if (unknownResource === true) return onUnknown(rule);
  const exact = placeAmong(rule.resources, requirement, row);
  const place =
    exact ?? placeAmong(rule.resourcesInOneCase(), requirementInOneCase(requirement), rowInOneCase(row));
  if (place?.pattern === undefined) return `and ${unusableIn(rule, row)}, so it might be meant`;
  const spelt = exact === undefined ? ", in any case of its letters" : "";
  return `on ${place.pattern}${spelt}${BY[place.by](resource)}`;
}

function onUnknown({ resources }: Rule): string {
  const everything = resources.find(({ isEverything }) => isEverything);
  if (everything !== undefined) return `on ${everything.written}`;
  return `on ${listedPatterns(resources)}, and nobody can tell what is touched here, so it might be meant`;
}

/** A pattern by which a deny is about what is asked; undefined in place of one with a claim that cannot be used. */
interface Place {
  readonly pattern: string | undefined;
  /** Whether it is about that itself, about what that is a part of, or about what it may reach. */
  readonly by: "itself" | "whole" | "reach";
}

const BY: Readonly<Record<Place["by"], (resource: string) => string>> = {
  itself: () => "",
  whole: (resource) => `, of which ${resource} is a part`,
  reach: (resource) => `, which a request for ${resource} may reach`,
};

function placeAmong(
  patterns: readonly ResourcePattern[],
  { resource, within = [], mayReach = [] }: Requirement,
  row: ClaimRow,
): Place | undefined {
  const place = [resource, ...within].find((one) => readResource(patterns, one, row) !== "other");
  if (place !== undefined) {
    const pattern = patterns.find((one) => meansResource(one, place, row))?.written;
    return { pattern, by: place === resource ? "itself" : "whole" };
  }
  const reached = mayReach.find((one) => mayMean(patterns, one, row));
  if (reached === undefined) return undefined;
  return { pattern: patterns.find((one) => meetsResource(one, reached, row))?.written, by: "reach" };
}

function onlyEverything(action: string): string {
  return `nobody can tell what ${action} touches here, so that only on: ["*"] allows it`;
}

function otherActions({ effect, actions, lowerActions }: Rule, action: string): string {
  const does = effect === "allow" ? "allows" : "denies";
  const isWild = lowerActions.some((pattern) => matchesAction(pattern, action));
  return effect === "allow" && isWild && givesCredentials(action)
    ? `${action} gives credentials, so that only its literal name allows it`
    : `it ${does} ${listed(actions, "and")}, not ${action}`;
}

function otherResources({ resources }: Rule): string {
  return `it is about ${listedPatterns(resources)}`;
}

function listedPatterns(patterns: readonly ResourcePattern[]): string {
  return listed(
    patterns.map(({ written }) => written),
    "or",
  );
}

/** Which claims of its resources cannot be used. */
function unusableIn({ resources }: Rule, row: ClaimRow): string {
  const claims = resources
    .filter((pattern) => isUnusable(pattern, row))
    .flatMap(({ written, places }) => claimsIn(written).filter((_, i) => row[places[i] ?? -1] === undefined));
  const names = [...new Set(claims)];
  return `the ${names.length === 1 ? "claim" : "claims"} ${listed(names, "and")} cannot be used`;
}

/** The pattern by which a rule names an action, as it is written. */
function actionIn({ actions }: Rule, action: string): string {
  return actions.find((pattern) => matchesAction(pattern, action)) ?? action;
}

/** The pattern by which an allow means what is asked, as it is written. */
function patternIn({ resources }: Rule, { resource }: Requirement, row: ClaimRow): string {
  return resources.find((pattern) => meansResource(pattern, resource, row))?.written ?? resource;
}

function listed(names: readonly string[], word: "and" | "or"): string {
  if (names.length > MAX_LISTED) {
    return `${names.slice(0, MAX_LISTED).join(", ")} ${word} ${names.length - MAX_LISTED} more`;
  }
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(` ${word} `);
}
