import { openActionBook } from "./action-book.ts";
import { isAction } from "./action-pattern.ts";
import { unknownActions } from "./action-problems.ts";
import { type PolicyNames, type Problem, type RuleDocument, SESSION_MEMBERS } from "../document.ts";
import { lengthProblems } from "./length-problems.ts";
import { limitsProblems } from "./limits-problems.ts";
import { RECORDED } from "../record.ts";
import { compileResourceCheck } from "./resource-problems.ts";
import { sessionProblems } from "./session-problems.ts";
import { sourceProblems } from "./source-problems.ts";
import { notKnown, unknownVariables } from "../template.ts";
import { whenProblems } from "../conditions/when-problems.ts";
import { whoProblems } from "./who-problems.ts";

/** IAM takes no less of an ARN in a policy, and session policies are made from what stands here. */
const RESOURCE = /^(?:\*$|arn:[^:]+:[^:])/;
/** A path ends before the name: of an ARN without one no credentials could ever be got. */
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\w+=,.@/-]*\/)?[\w+=,.@-]{1,64}$/;

/** Finds everything in a list of rules that cannot be meant; empty when the rules can be compiled. */
export function problemsOf(rules: readonly RuleDocument[], names: PolicyNames): readonly Problem[] {
  const seen = new Set<string>();
  const book = openActionBook(names.actions);
  const resources = compileResourceCheck(book, names);
  return rules.flatMap((rule, index) => {
    const found = [
      ...shapeProblems(rule),
      ...emptyProblems(rule),
      ...patternProblems(rule),
      ...unknownActions(rule, book),
      ...(rule.allow === undefined ? [] : resources.strayPatterns(rule)),
      ...whoProblems(rule, names),
      ...whenProblems(rule),
      ...sourceProblems(rule, names),
      ...sessionProblems(rule),
      ...limitsProblems(rule),
      ...lengthProblems(rule, rules, names),
    ];
    if (rule.name === RECORDED) {
      found.push({
        path: ["name"],
        message: `what no rule allows is logged as "${RECORDED}": take another name`,
      });
    }
    if (seen.has(rule.name)) {
      found.push({ path: ["name"], message: `another rule is named "${rule.name}" too` });
    }
    seen.add(rule.name);
    return found.map((problem) => ({ ...problem, path: [index, ...problem.path] }));
  });
}

function shapeProblems(rule: RuleDocument): Problem[] {
  if ((rule.allow === undefined) === (rule.deny === undefined)) {
    return [{ path: [], message: "a rule has either allow or deny" }];
  }
  if (rule.deny !== undefined) {
    const odd = (["role", "credentials", ...SESSION_MEMBERS] as const).filter(
      (member) => rule[member] !== undefined,
    );
    return odd.map((member) => ({ path: [member], message: `a deny gives no ${member}; leave it out` }));
  }
  const missing = (["who", "on", "role"] as const).filter((member) => rule[member] === undefined);
  return missing.map((member) => ({
    path: [member],
    message: `an allow states ${member}${member === "on" ? '; for everything write on: ["*"]' : ""}`,
  }));
}

/** Nothing in a list could mean nobody or everybody; whoever writes one has to say which. */
function emptyProblems({ allow, deny, on, who = {} }: RuleDocument): Problem[] {
  const lists: [path: readonly string[], list: readonly string[] | undefined][] = [
    [["allow"], allow],
    [["deny"], deny],
    [["on"], on],
    [["who", "groups"], who.groups],
    [["who", "issuers"], who.issuers],
    [["who", "scopes"], who.scopes],
    [["who", "clients"], who.clients],
    [["who", "claims"], who.claims && Object.keys(who.claims)],
  ];
  for (const [claim, values] of Object.entries(who.claims ?? {})) {
    if (typeof values !== "string") lists.push([["who", "claims", claim], values]);
  }
  return lists.flatMap(([path, list]) =>
    list?.length === 0 ? [{ path, message: "nothing is in it; leave it out, or say what is meant" }] : [],
  );
}

function patternProblems(rule: RuleDocument): Problem[] {
  const side = rule.allow === undefined ? "deny" : "allow";
  const actions = (rule[side] ?? []).flatMap((action, i) =>
    isAction(action)
      ? []
      : [{ path: [side, i], message: `"${action}" is not an action such as s3:GetObject, s3:Get* or *` }],
  );
  const resources = (rule.on ?? []).flatMap((pattern, i) =>
    resourceProblems(pattern).map((message) => ({ path: ["on", i], message })),
  );
  const { role } = rule;
  const roleProblem =
    role === undefined || role === "pool" || ROLE_ARN.test(role)
      ? []
      : [{ path: ["role"], message: `"${role}" is neither the ARN of a role nor pool` }];
  return [...actions, ...resources, ...roleProblem];
}

function resourceProblems(pattern: string): string[] {
  const problems = RESOURCE.test(pattern) ? [] : [`"${pattern}" is neither an ARN pattern nor *`];
  const [unknown] = unknownVariables(pattern);
  if (unknown?.startsWith("${cognito-identity.amazonaws.com:") === true) {
    problems.push(
      "the identity id is known only after the exchange: use ${claim:sub} here and a principal tag in IAM",
    );
  } else if (unknown !== undefined) {
    problems.push(notKnown(unknown));
  }
  return problems;
}
