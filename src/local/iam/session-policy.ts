import { LocalError } from "../request.ts";
import { compilePolicy, readPolicy, stringList } from "./policy.ts";
import type { StatementDocument } from "./policy.ts";

const POLICY_MEMBERS: ReadonlySet<string> = new Set(["Version", "Id", "Statement"]);
const STATEMENT_MEMBERS: ReadonlySet<string> = new Set(
  "Sid Effect Action NotAction Resource NotResource Condition".split(" "),
);

/**
 * Reads the session policy of a request to STS, as strictly as IAM reads a policy that it is given.
 *
 * Source: IAM user guide, "Grammar of the IAM JSON policy language"; the messages are those that clients were seen to
 * get. That an empty list of statements is no policy is an assumption.
 *
 * @throws LocalError MalformedPolicyDocument
 */
export function readSessionPolicy(text: string): unknown {
  const document = parsed(text);
  const { statements } = readPolicy(document);
  const members = Object.keys(document as StatementDocument);
  if (statements.length === 0 || !members.every((member) => POLICY_MEMBERS.has(member))) throw syntaxError();
  for (const statement of statements) checkStatement(statement);
  const sids = statements.flatMap(({ Sid: sid }) => (sid === undefined ? [] : [sid]));
  if (new Set(sids).size !== sids.length) {
    throw malformed("Statement IDs (SID) in a single policy must be unique.");
  }
  compilePolicy(document);
  return document;
}

function parsed(text: string): unknown {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null && "Statement" in document) return document;
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  throw syntaxError();
}

function checkStatement(statement: StatementDocument): void {
  if ("Principal" in statement || "NotPrincipal" in statement) {
    throw malformed("Policy document should not specify a principal.");
  }
  if (!Object.keys(statement).every((member) => STATEMENT_MEMBERS.has(member))) throw syntaxError();
  const { Sid: sid = "" } = statement;
  if (typeof sid !== "string" || !/^[0-9A-Za-z]*$/.test(sid)) {
    throw malformed(
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    );
  }
  checkElement(statement, "Action", (action) =>
    /^(?:\*|[\w*?-]+:.+)$/.test(action)
      ? undefined
      : "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
  );
  checkElement(statement, "Resource", (resource) =>
    /^(?:\*|arn:[^:]+:[^:]+)/.test(resource)
      ? undefined
      : `Resource ${resource} must be in ARN format or "*".`,
  );
}

/** Each text of an element or of its `Not…` form; there must be one. */
function checkElement(
  statement: StatementDocument,
  name: "Action" | "Resource",
  problemOf: (text: string) => string | undefined,
): void {
  const value = statement[name] ?? statement[`Not${name}`];
  const texts = value === undefined ? [] : stringList(value, name);
  if (texts.length === 0) throw malformed(`Policy statement must contain ${name.toLowerCase()}s.`);
  for (const text of texts) {
    const problem = problemOf(text);
    if (problem !== undefined) throw malformed(problem);
  }
}

function syntaxError(): LocalError {
  return malformed("Syntax errors in policy.");
}

function malformed(message: string): LocalError {
  return new LocalError("MalformedPolicyDocument", message, 400);
}
