import type { PolicyNames, Problem, RuleDocument, WhoDocument } from "../document.ts";

/** Finds a `who` that is about nobody, or about callers that it does not tell apart. */
export function whoProblems({ who, allow }: RuleDocument, names: PolicyNames): Problem[] {
  if (who === undefined) return [];
  if (membersOf(who).length === 0) {
    return [
      { path: ["who"], message: "who names nobody; for every signed-in user write authenticated: true" },
    ];
  }
  const problems = [...kindProblems(who), ...unknownIssuers(who, names)];
  if (allow !== undefined && who.guest !== true && who.issuers === undefined && names.issuers.length > 1) {
    problems.push({
      path: ["who", "issuers"],
      message: "with more than one user pool or issuer an allow names its issuers",
    });
  }
  return problems;
}

/** Nobody is of two kinds, so a rule about two is about nobody: a deny would never deny. */
function kindProblems(who: WhoDocument): Problem[] {
  if (who.guest === true && membersOf(who).length > 1) {
    return [
      { path: ["who", "guest"], message: "a guest has nothing else to tell it by: guest: true stands alone" },
    ];
  }
  if (who.machine === true && who.authenticated === true) {
    return [
      {
        path: ["who", "authenticated"],
        message: "authenticated: true means users, and no machine is one; write two rules",
      },
    ];
  }
  return [];
}

function unknownIssuers({ issuers = [] }: WhoDocument, names: PolicyNames): Problem[] {
  return issuers.flatMap((issuer, i) => {
    if (names.issuers.includes(issuer)) return [];
    const message = `no user pool or issuer is named "${issuer}" (there is ${names.issuers.join(", ")})`;
    return [{ path: ["who", "issuers", i], message }];
  });
}

function membersOf(who: WhoDocument): readonly string[] {
  return Object.entries(who).flatMap(([member, value]) => (value === undefined ? [] : [member]));
}
