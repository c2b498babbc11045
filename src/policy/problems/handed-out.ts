import type { Problem, RuleDocument, SourceNames } from "../document.ts";
import { GET_CREDENTIALS, isOwnAction } from "../own-actions.ts";
import { sourcesMet } from "./source-problems.ts";

/** Finds allows of `postern:GetCredentials` that hand out nothing, or credentials that can do nothing. */
export function handedOut(rule: RuleDocument, names: SourceNames): Problem[] {
  const { allow = [], on = [], role = "" } = rule;
  const place = allow.findIndex((action) => action.toLowerCase() === GET_CREDENTIALS.toLowerCase());
  if (place === -1) return [];
  const problems: Problem[] = [];
  if (role === "pool") {
    const message = `${GET_CREDENTIALS} is about a role that the rule names, and pool names none`;
    problems.push({ path: ["role"], message });
  } else if (!on.includes(role)) {
    const message = `${GET_CREDENTIALS} is about the role of the rule: write ${role} beside what else is there`;
    problems.push({ path: ["on"], message });
  }
  for (const source of allow.every(isOwnAction) ? holdingSources(rule, names) : []) {
    const message =
      `sessions of the source "${source}" are held to what else the rule allows, which is nothing, so these credentials ` +
      `can do nothing: allow here too what they are for, or set downscope: false on the source`;
    problems.push({ path: ["allow", place], message });
  }
  return problems;
}

/** The sources that make a session policy from the rule. */
function holdingSources(rule: RuleDocument, names: SourceNames): readonly string[] {
  if (rule.sessionPolicy !== undefined) return [];
  return [...sourcesMet(rule, names)].flatMap(([name, { plan }]) => (plan?.downscope === true ? [name] : []));
}
