import type { Problem, RuleDocument, SourceNames } from "../document.ts";
import { sourcesMet } from "./source-problems.ts";
import { claimsIn } from "../template.ts";

/** What {@link writableClaims} needs besides what rules may refer to. */
export interface ClaimNames extends SourceNames {
  /** For every user pool and issuer by name: the claims that its users cannot write. */
  readonly immutableClaims: ReadonlyMap<string, readonly string[]>;
}

/** Standard claims that come from attributes which users may write (OpenID Connect Core 5.1; Cognito developer guide). */
const WRITABLE: ReadonlySet<string> = new Set([
  "address",
  "birthdate",
  "email",
  "family_name",
  "gender",
  "given_name",
  "locale",
  "middle_name",
  "name",
  "nickname",
  "phone_number",
  "picture",
  "preferred_username",
  "profile",
  "website",
  "zoneinfo",
]);

/** A claim that a rule trusts, and where. */
interface Use {
  readonly claim: string;
  readonly path: Problem["path"];
  /** Where the path does not say it. */
  readonly place?: string | undefined;
}

/** Finds allows that trust a claim which users can write themselves. */
export function writableClaims(rules: readonly RuleDocument[], names: ClaimNames): readonly Problem[] {
  return rules.flatMap((rule, index) =>
    rule.allow === undefined
      ? []
      : usesIn(rule, names).flatMap((use) => {
          const issuers = issuersWriting(rule, use.claim, names);
          if (issuers.length === 0) return [];
          return [{ path: [index, ...use.path], message: messageOf(use, issuers) }];
        }),
  );
}

/** The issuers that the rule is for and whose users may write the claim. */
function issuersWriting({ who = {} }: RuleDocument, claim: string, names: ClaimNames): readonly string[] {
  // Neither machines nor guests have attributes to write.
  if (who.machine === true || who.guest === true) return [];
  if (!claim.startsWith("custom:") && !WRITABLE.has(claim)) return [];
  // A rule that wants the address verified trusts what the user pool checked, not what the user wrote.
  if (claim === "email" && isTrue(who.claims?.["email_verified"])) return [];
  return (who.issuers ?? [...names.immutableClaims.keys()]).filter(
    (issuer) => names.immutableClaims.get(issuer)?.includes(claim) !== true,
  );
}

function isTrue(wanted: string | readonly string[] | undefined): boolean {
  return wanted !== undefined && [wanted].flat().every((value) => value === "true");
}

function messageOf({ claim, place }: Use, issuers: readonly string[]): string {
  const where = place === undefined ? "" : ` (${place})`;
  return `users of ${issuers.join(", ")} may be able to write ${claim} themselves${where}: list it under immutableClaims, or do not trust it`;
}

function usesIn(rule: RuleDocument, names: ClaimNames): readonly Use[] {
  const { who = {}, on = [], when = {}, sessionName, sessionPolicy } = rule;
  return [
    ...Object.keys(who.claims ?? {}).map((claim) => ({ claim, path: ["who", "claims", claim] })),
    ...on.flatMap((pattern, i) => usesOf([pattern], ["on", i])),
    ...Object.entries(when).flatMap(([operator, keys]) =>
      Object.entries(keys).flatMap(([key, values]) => usesInCondition(key, values, ["when", operator, key])),
    ),
    ...usesOf([sessionName ?? ""], ["sessionName"]),
    ...usesOf(textsIn(sessionPolicy), ["sessionPolicy"]),
    ...usesBySources(rule, names),
  ];
}

/** IAM's keys are compared without regard to case; the claim that one names is not. */
function usesInCondition(key: string, values: unknown, path: Problem["path"]): readonly Use[] {
  const claim = /^claim:(?<claim>.+)$/is.exec(key)?.groups?.["claim"];
  const named = claim === undefined ? [] : [{ claim, path }];
  return [...named, ...usesOf(textsIn(values), path).filter((use) => use.claim !== claim)];
}

/** What the sources that the rule may use make of claims, told of the rule that trusts the session. */
function usesBySources(rule: RuleDocument, names: ClaimNames): readonly Use[] {
  const path = rule.credentials === undefined ? [] : ["credentials"];
  return [...sourcesMet(rule, names)].flatMap(([source, { plan }]) => {
    const { sessionName = "", tags = {} } = plan ?? {};
    return [
      ...(rule.sessionName === undefined ? usesOf([sessionName], path, `sessionName of ${source}`) : []),
      ...Object.entries(tags).flatMap(([key, text]) => usesOf([text], path, `tag ${key} of ${source}`)),
    ];
  });
}

function usesOf(texts: readonly string[], path: Problem["path"], place?: string): readonly Use[] {
  return [...new Set(texts.flatMap(claimsIn))].map((claim) => ({ claim, path, place }));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
