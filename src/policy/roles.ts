import { claimStrings } from "../domain/caller.ts";

/** How an identity pool chooses the role of one provider's logins (Cognito Identity API, `RoleMapping`). */
export interface RoleMapping {
  /** `Token`: the token's own roles. `Rules`: the first rule that matches. */
  readonly type: "Token" | "Rules";
  /** What happens where neither decides: the pool's role for authenticated identities, or none. */
  readonly ambiguousRoleResolution: "AuthenticatedRole" | "Deny";
  /** Of `Rules`: at most 25. */
  readonly rules?: readonly MappingRule[] | undefined;
}

/** One rule of a mapping (Cognito Identity API, `MappingRule`). */
export interface MappingRule {
  readonly claim: string;
  readonly matchType: "Equals" | "Contains" | "StartsWith" | "NotEqual";
  readonly value: string;
  readonly roleArn: string;
}

/** What a role is chosen from. */
export interface RoleQuestion {
  /** Undefined where the pool has none for the provider and app client. */
  readonly mapping?: RoleMapping | undefined;
  /** Of the ID token. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** `CustomRoleArn` of GetCredentialsForIdentity: the role that is asked for. */
  readonly customRoleArn?: string | undefined;
  /** The pool's role for authenticated identities. */
  readonly authenticatedRole?: string | undefined;
}

/** Which role an identity pool gives, or that it gives none; `why` is a sentence for people. */
export type RoleAnswer =
  | { readonly roleArn: string; readonly why: string }
  | { readonly refused: RoleRefusal; readonly why: string };

/**
 * Why a pool gives no role:
 *
 * - `custom-role`: the role asked for is not one that this login may have;
 * - `ambiguous`: nothing decides, and the mapping says Deny;
 * - `no-default`: the pool's role for authenticated identities decides, and there is none;
 * - `too-many-rules`: AWS takes no mapping of so many rules.
 */
export type RoleRefusal = "custom-role" | "ambiguous" | "no-default" | "too-many-rules";

/** Quota of the Cognito developer guide: rules for one provider. */
const MAX_RULES = 25;

/** A role that a login may have, and what gives it. */
interface Offer {
  readonly roleArn: string;
  readonly why: string;
}

/**
 * Explains the role that the enhanced flow gives an authenticated identity. It decides nothing: the pool does.
 *
 * Cognito developer guide, role-based access control; where that is silent on lists, a rule looks at each element.
 */
export function explainRole(question: RoleQuestion): RoleAnswer {
  const { mapping, customRoleArn } = question;
  if (mapping === undefined) {
    return customRoleArn === undefined
      ? defaultRole(question, "the pool has no role mapping for this app client")
      : { refused: "custom-role", why: "without a role mapping no role can be asked for" };
  }
  const count = mapping.rules?.length ?? 0;
  if (count > MAX_RULES) {
    return { refused: "too-many-rules", why: `the mapping has ${count} rules, and AWS takes ${MAX_RULES}` };
  }
  const { offers, first } = mapping.type === "Token" ? byToken(question) : byRules(question);
  if (customRoleArn !== undefined) {
    const offer = offers.find(({ roleArn }) => roleArn === customRoleArn);
    return offer ?? { refused: "custom-role", why: `${customRoleArn} is asked for, and nothing grants it` };
  }
  if (first !== undefined) return first;
  const why = mapping.type === "Rules" ? "no rule matches" : "the token prefers none of its roles";
  return mapping.ambiguousRoleResolution === "Deny"
    ? { refused: "ambiguous", why: `${why}, and the mapping denies what is ambiguous` }
    : defaultRole(question, why);
}

function defaultRole({ authenticatedRole }: RoleQuestion, why: string): RoleAnswer {
  return authenticatedRole === undefined
    ? { refused: "no-default", why: `${why}, and the pool has no role for authenticated identities` }
    : { roleArn: authenticatedRole, why: `${why}: the pool's role for authenticated identities` };
}

interface Offers {
  /** Whatever may be asked for. */
  readonly offers: readonly Offer[];
  /** What is given without asking. */
  readonly first: Offer | undefined;
}

/** A token with one role has been seen without a preferred one, against the guide: that role is meant. */
function byToken({ claims }: RoleQuestion): Offers {
  const roles = rolesOf(claims["cognito:roles"]);
  const preferred = claims["cognito:preferred_role"];
  const offers = roles.map((roleArn) => ({ roleArn, why: "it is one of cognito:roles" }));
  if (typeof preferred === "string") {
    return { offers, first: { roleArn: preferred, why: "it is cognito:preferred_role" } };
  }
  const [only, second] = roles;
  if (only === undefined || second !== undefined) return { offers, first: undefined };
  return { offers, first: { roleArn: only, why: "it is the only one of cognito:roles" } };
}

/** Cognito writes a list; the guide, and some triggers, one text with commas. A role's name may hold a comma itself. */
function rolesOf(claim: unknown): readonly string[] {
  if (typeof claim !== "string") return claimStrings(claim);
  return claim
    .split(/,\s*(?=arn:)/)
    .map((role) => role.trim())
    .filter((role) => role !== "");
}

function byRules({ mapping, claims }: RoleQuestion): Offers {
  const offers = (mapping?.rules ?? []).flatMap((rule, i) =>
    isMet(rule, claims)
      ? [{ roleArn: rule.roleArn, why: `rule ${i + 1}: ${rule.claim} ${rule.matchType} ${rule.value}` }]
      : [],
  );
  return { offers, first: offers[0] };
}

/** A rule about a claim that is absent is not evaluated, one of NotEqual neither. */
function isMet({ claim, matchType, value }: MappingRule, claims: RoleQuestion["claims"]): boolean {
  const texts = claimStrings(claims[claim]);
  if (matchType === "NotEqual") return texts.length > 0 && !texts.includes(value);
  return texts.some((text) => COMPARE[matchType](text, value));
}

const COMPARE: Record<
  Exclude<MappingRule["matchType"], "NotEqual">,
  (text: string, value: string) => boolean
> = {
  Equals: (text, value) => text === value,
  Contains: (text, value) => text.includes(value),
  StartsWith: (text, value) => text.startsWith(value),
};
