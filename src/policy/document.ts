import { compileTemplate } from "./template.ts";

/** Whom a rule is about: all fields that are given must hold. */
export interface WhoDocument {
  /** Any of these groups. */
  readonly groups?: readonly string[] | undefined;
  /** Each of these claims equals the value, or any of the values. */
  readonly claims?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Configured names of user pools: any of them. */
  readonly issuers?: readonly string[] | undefined;
  /** Every signed-in user. */
  readonly authenticated?: true | undefined;
}

/** A rule as it is written in the configuration. It has `allow` or `deny`, not both. */
export interface RuleDocument {
  readonly name: string;
  readonly who?: WhoDocument | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  readonly on?: readonly string[] | undefined;
  readonly role?: string | undefined;
  readonly credentials?: string | undefined;
}

/** What rules may refer to. */
export interface PolicyNames {
  /** Configured names of user pools. */
  readonly issuers: readonly string[];
  /** Configured names of credential sources. */
  readonly sources: readonly string[];
  /** The source of rules that name none. */
  readonly defaultSource: string | undefined;
}

/** What is wrong with a rule, and how to mend it. */
export interface Problem {
  /** From the list of rules down: index, member, index … */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const ACTION = /^(?:\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/;
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** What is left of a variable in the literal parts of a template: one that is not known, or has no end. */
const NO_VARIABLE = /\$\{[^}]*\}?/;

/** Finds everything in a list of rules that cannot be meant; empty when the rules can be compiled. */
export function problemsOf(rules: readonly RuleDocument[], names: PolicyNames): readonly Problem[] {
  const seen = new Set<string>();
  return rules.flatMap((rule, index) => {
    const found = [
      ...shapeProblems(rule),
      ...emptyProblems(rule),
      ...patternProblems(rule),
      ...whoProblems(rule, names),
      ...sourceProblems(rule, names),
    ];
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
    const odd = (["role", "credentials"] as const).filter((member) => rule[member] !== undefined);
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
    ACTION.test(action)
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
  const problems =
    pattern === "*" || pattern.startsWith("arn:") ? [] : [`"${pattern}" is neither an ARN pattern nor *`];
  for (const part of compileTemplate(pattern).parts) {
    const [left] = (typeof part === "string" && NO_VARIABLE.exec(part)) || [];
    if (left?.startsWith("${cognito-identity.amazonaws.com:") === true) {
      problems.push(
        "the identity id is known only after the exchange: use ${claim:sub} here and a principal tag in IAM",
      );
    } else if (left !== undefined) {
      problems.push(`${left} is not known: write \${claim:NAME} or \${claim:NAME:path}`);
    }
  }
  return problems;
}

function whoProblems({ who, allow }: RuleDocument, names: PolicyNames): Problem[] {
  if (who === undefined) return [];
  if (Object.values(who).every((field) => field === undefined)) {
    return [
      { path: ["who"], message: "who names nobody; for every signed-in user write authenticated: true" },
    ];
  }
  const problems: Problem[] = (who.issuers ?? []).flatMap((issuer, i) => {
    if (names.issuers.includes(issuer)) return [];
    const message = `no user pool is named "${issuer}" (there is ${names.issuers.join(", ")})`;
    return [{ path: ["who", "issuers", i], message }];
  });
  if (allow !== undefined && who.issuers === undefined && names.issuers.length > 1) {
    problems.push({
      path: ["who", "issuers"],
      message: "with more than one user pool an allow names its issuers",
    });
  }
  return problems;
}

function sourceProblems({ allow, credentials }: RuleDocument, names: PolicyNames): Problem[] {
  const path = ["credentials"];
  if (allow === undefined) return [];
  if (credentials !== undefined) {
    if (names.sources.includes(credentials)) return [];
    return [{ path, message: `no credential source is named "${credentials}"` }];
  }
  if (names.defaultSource !== undefined) return [];
  return [{ path, message: `with no default source an allow names one of ${names.sources.join(", ")}` }];
}
