import type { ClaimRow } from "./claim-places.ts";
import type { Reading } from "./explanation.ts";
import { asDenied, readResource, unguarded } from "./meaning.ts";
import { givesCredentials, matchesAction } from "./pattern.ts";
import { isUnusable, meansResource } from "./resource-pattern.ts";
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
  const { action, resource } = requirement;
  if (!allowNaming(action)(rule)) return { against: "action", why: otherActions(rule, action) };
  if (readResource(rule, resource, row) !== "meant") {
    return { against: "resource", why: unusable(rule, row) ?? otherResources(rule) };
  }
  const key = unguarded(rule, requirement);
  if (key !== undefined) {
    return { against: "guarded", why: `${action} is asked with ${key}, which no condition of it names` };
  }
  const condition = rule.when.against(asked);
  if (condition !== undefined) return { against: "condition", why: condition };
  return { why: `it allows ${actionIn(rule, action)} on ${patternIn(rule, resource, row)}` };
}

function readDeny(rule: Rule, asked: Asked, row: ClaimRow): Found {
  const { action, covers = [], resource, within = [] } = asked.requirement;
  const denied = [action, ...covers].find((one) => denyNaming([one])(rule));
  if (denied === undefined) return { against: "action", why: otherActions(rule, action) };
  const read = asDenied(rule, asked, row);
  if (read === undefined) return { against: "resource", why: otherResources(rule) };
  const condition = rule.when.against(read);
  if (condition !== undefined) return { against: "condition", why: condition };
  const place = [resource, ...within].find((one) => readResource(rule, one, row) !== "other") ?? resource;
  const what = denied === action ? actionIn(rule, action) : `${denied}, which ${action} does too,`;
  if (readResource(rule, place, row) === "unusable") {
    return { why: `it denies ${what} and ${unusable(rule, row)}, so it might be meant` };
  }
  const of = place === resource ? "" : `, of which ${resource} is a part`;
  return { why: `it denies ${what} on ${patternIn(rule, place, row)}${of}` };
}

function otherActions({ effect, actions, lowerActions }: Rule, action: string): string {
  const does = effect === "allow" ? "allows" : "denies";
  const isWild = lowerActions.some((pattern) => matchesAction(pattern, action));
  return effect === "allow" && isWild && givesCredentials(action)
    ? `${action} gives credentials, so that only its literal name allows it`
    : `it ${does} ${listed(actions, "and")}, not ${action}`;
}

function otherResources({ resources }: Rule): string {
  return `it is about ${listed(
    resources.map(({ written }) => written),
    "or",
  )}`;
}

/** Which claims of its resources cannot be used; undefined where all can be. */
function unusable({ resources }: Rule, row: ClaimRow): string | undefined {
  const claims = resources
    .filter((pattern) => isUnusable(pattern, row))
    .flatMap(({ written, places }) => claimsIn(written).filter((_, i) => row[places[i] ?? -1] === undefined));
  const names = [...new Set(claims)];
  if (names.length === 0) return undefined;
  return `the ${names.length === 1 ? "claim" : "claims"} ${listed(names, "and")} cannot be used`;
}

/** The pattern by which a rule names an action, as it is written. */
function actionIn({ actions }: Rule, action: string): string {
  return actions.find((pattern) => matchesAction(pattern, action)) ?? action;
}

/** The pattern by which a rule means a resource, as it is written. */
function patternIn({ resources }: Rule, resource: string, row: ClaimRow): string {
  return resources.find((pattern) => meansResource(pattern, resource, row))?.written ?? resource;
}

function listed(names: readonly string[], word: "and" | "or"): string {
  if (names.length > MAX_LISTED) {
    return `${names.slice(0, MAX_LISTED).join(", ")} ${word} ${names.length - MAX_LISTED} more`;
  }
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(` ${word} `);
}
