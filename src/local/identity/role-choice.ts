import type { RoleMapping } from "../world.ts";
import { claimList, claimTexts, textClaim } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";

/** As many rules as AWS takes for one provider. */
export const MAX_RULES = 25;

/** What a role is chosen from. */
export interface RoleQuestion {
  /** None: the provider has no mapping, and the pool's default role is the answer. */
  readonly mapping?: RoleMapping | undefined;
  readonly claims: Claims;
  /** The role the caller asks for by `CustomRoleArn`. */
  readonly customRoleArn?: string | undefined;
  /** The pool's role for authenticated identities. */
  readonly authenticatedRole?: string | undefined;
}

/**
 * A role, or why there is none.
 *
 * - `custom-role`: the caller asked for a role that the token or the rules do not grant.
 * - `ambiguous`: nothing decides, and the mapping says Deny.
 * - `no-default`: the pool's default role decides, and there is none.
 * - `too-many-rules`: SetIdentityPoolRoles would not have taken the mapping.
 */
export type RoleChoice =
  | { readonly roleArn: string }
  | { readonly refused: "custom-role" | "ambiguous" | "no-default" | "too-many-rules" };

/**
 * Chooses the role of an authenticated identity as the enhanced flow does.
 *
 * Source: Cognito developer guide, role-based access control; SetIdentityPoolRoles.
 */
export function chooseRole(question: RoleQuestion): RoleChoice {
  const { mapping, customRoleArn } = question;
  if (mapping === undefined) {
    return customRoleArn === undefined ? defaultRole(question) : { refused: "custom-role" };
  }
  if (mapping.rules !== undefined && mapping.rules.length > MAX_RULES) return { refused: "too-many-rules" };
  const offer = mapping.type === "Token" ? tokenOffer(question.claims) : rulesOffer(mapping, question.claims);
  if (customRoleArn !== undefined) {
    return offer.roles.includes(customRoleArn) ? { roleArn: customRoleArn } : { refused: "custom-role" };
  }
  if (offer.preferred !== undefined) return { roleArn: offer.preferred };
  return mapping.ambiguousRoleResolution === "Deny" ? { refused: "ambiguous" } : defaultRole(question);
}

interface Offer {
  /** Every role the caller may ask for. */
  readonly roles: readonly string[];
  /** The role the caller gets without asking. */
  readonly preferred: string | undefined;
}

function defaultRole({ authenticatedRole }: RoleQuestion): RoleChoice {
  return authenticatedRole === undefined ? { refused: "no-default" } : { roleArn: authenticatedRole };
}

/** Tokens with one role have been seen without a preferred one: that role is then the choice. */
function tokenOffer(claims: Claims): Offer {
  const roles = listedRoles(claims);
  const only = roles.length === 1 ? roles[0] : undefined;
  return { roles, preferred: textClaim(claims, "cognito:preferred_role") ?? only };
}

/** The name of a role may hold a comma, which divides nothing in a list. */
function listedRoles(claims: Claims): readonly string[] {
  const read = Array.isArray(claims["cognito:roles"]) ? claimTexts : claimList;
  return read(claims, "cognito:roles");
}

function rulesOffer({ rules = [] }: RoleMapping, claims: Claims): Offer {
  const roles = rules.filter((rule) => matches(rule, claims)).map((rule) => rule.roleArn);
  return { roles, preferred: roles[0] };
}

type Rule = NonNullable<RoleMapping["rules"]>[number];

/** A rule on an absent claim is not evaluated, `NotEqual` neither. */
function matches({ claim, matchType, value }: Rule, claims: Claims): boolean {
  const texts = claimTexts(claims, claim);
  return texts.length > 0 && COMPARISONS[matchType](texts, value);
}

/** Of a list some element must match; `NotEqual` wants none to be equal. How AWS compares lists is not documented. */
const COMPARISONS: Record<Rule["matchType"], (texts: readonly string[], value: string) => boolean> = {
  Equals: (texts, value) => texts.includes(value),
  Contains: (texts, value) => texts.some((text) => text.includes(value)),
  StartsWith: (texts, value) => texts.some((text) => text.startsWith(value)),
  NotEqual: (texts, value) => !texts.includes(value),
};
