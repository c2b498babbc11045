import { getOrAdd } from "../../domain/get-or-add.ts";
import { SESSION_MEMBERS, type RuleDocument, type WhoDocument } from "../document.ts";
import { matchesAction } from "../pattern.ts";
import { contains } from "../scope/containment.ts";
import type { Use } from "./use.ts";

/**
 * Tells what one of the rules allows, beyond doubt and as a suggested one would: what was suggested once and is in force by
 * now is not suggested again.
 */
export function allowedBy(rules: readonly RuleDocument[]): (use: Use) => boolean {
  const like = rules.filter(givesTheSame);
  const byAction = new Map<string, readonly RuleDocument[]>();
  const naming = (action: string): readonly RuleDocument[] =>
    like.filter(({ allow = [] }) => allow.some((pattern) => matchesAction(pattern, action)));
  return (use) =>
    getOrAdd(byAction, use.action, () => naming(use.action)).some(
      ({ who, on = [] }) => isFor(who, use) && on.some((pattern) => contains(pattern, use.resource)),
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
  const ofIssuer = issuers === undefined || issuers.includes(issuer);
  return ofIssuer && (wanted === undefined || wanted.some((group) => groups.includes(group)));
}
