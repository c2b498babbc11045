import { SESSION_MEMBERS, type RuleDocument, type WhoDocument } from "../document.ts";
import { matches, matchesAction } from "../pattern.ts";
import type { Use } from "./use.ts";

/**
 * Whether one of the rules allows, beyond doubt and as a suggested one would, what was seen: what was suggested once and is
 * in force by now is not suggested again.
 */
export function isAllowedBy(use: Use, rules: readonly RuleDocument[]): boolean {
  return rules.some(
    (rule) =>
      givesTheSame(rule) &&
      isFor(rule.who, use) &&
      rule.allow?.some((action) => matchesAction(action, use.action)) === true &&
      rule.on?.some((pattern) => isWithin(use.resource, pattern)) === true,
  );
}

/** The role of the pool from the default source, without conditions. */
function givesTheSame({ role, credentials, when, ...rule }: RuleDocument): boolean {
  const plain = SESSION_MEMBERS.every((member) => rule[member] === undefined);
  return role === "pool" && credentials === undefined && when === undefined && plain;
}

/** Of other members nothing is known but by the token. */
function isFor(who: WhoDocument | undefined, { groups, issuer }: Use): boolean {
  if (who === undefined) return false;
  const { authenticated, groups: wanted, issuers, ...others } = who;
  if (authenticated === undefined && wanted === undefined) return false;
  if (Object.values(others).some((member) => member !== undefined)) return false;
  const ofIssuer = issuers === undefined || (issuer !== undefined && issuers.includes(issuer));
  return ofIssuer && (wanted === undefined || wanted.some((group) => groups.includes(group)));
}

/** With no `?` in the wide one, what it matches as a text it means as a pattern: its stars take in those of the narrow one. */
function isWithin(narrow: string, wide: string): boolean {
  return !wide.includes("?") && matches(wide, narrow);
}
