import { LocalError } from "../request.ts";
import { compileCondition } from "./condition.ts";
import { compilePattern } from "./pattern.ts";
import type { ConditionTest } from "./condition.ts";
import type { ContextIndex } from "./context.ts";
import type { ValueTest } from "./pattern.ts";

/** What a statement is asked about. */
export interface IamQuestion {
  /** `service:Action`. */
  readonly action: string;
  /** An ARN, or `*` for actions without a resource. */
  readonly resource: string;
  readonly context: ContextIndex;
}

/** One statement made ready. */
export interface CompiledStatement {
  readonly effect: "Allow" | "Deny";
  readonly matches: (question: IamQuestion) => boolean;
}

/** A policy document made ready; statements keep their order. */
export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
}

/** A statement as written, with what only its kind of policy adds still unread. */
export type StatementDocument = Readonly<Record<string, unknown>>;

/**
 * Compiles an identity policy or a session policy; a `Principal` in it is ignored.
 *
 * @throws LocalError `MalformedPolicyDocument`.
 */
export function compilePolicy(document: unknown): CompiledPolicy {
  const { variables, statements } = readPolicy(document);
  return { statements: statements.map((statement) => compileStatement(statement, variables)) };
}

/** Reads the frame of any policy document: its statements, and whether `${key}` is substituted in them. */
export function readPolicy(document: unknown): {
  readonly variables: boolean;
  readonly statements: readonly StatementDocument[];
} {
  if (!isRecord(document)) throw malformed("a policy must be an object");
  const version = document["Version"] ?? "2008-10-17";
  if (version !== "2012-10-17" && version !== "2008-10-17") throw malformed("unknown policy version");
  const statement = document["Statement"];
  const statements: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (!statements.every(isRecord)) throw malformed("a statement must be an object");
  return { variables: version === "2012-10-17", statements };
}

function compileStatement(statement: StatementDocument, variables: boolean): CompiledStatement {
  const action = compileAction(statement);
  const resource = compileElement(statement, "Resource", (text) =>
    compilePattern(completeArn(text), { variables, wildcards: true }),
  );
  const condition: ConditionTest = compileCondition(statement["Condition"], variables);
  return {
    effect: effectOf(statement),
    matches: (question) =>
      action(question.action, question.context) &&
      resource(question.resource, question.context) &&
      condition(question.context),
  };
}

/** Reads `Effect`. */
export function effectOf(statement: StatementDocument): "Allow" | "Deny" {
  const effect = statement["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw malformed("Effect must be Allow or Deny");
  return effect;
}

/** Compiles `Action` or `NotAction`; case does not matter and variables do not exist there. */
export function compileAction(statement: StatementDocument): ValueTest {
  return compileElement(statement, "Action", (text) =>
    compilePattern(text, { variables: false, wildcards: true, ignoreCase: true }),
  );
}

/** An element or its `Not…` form, exactly one of the two. */
function compileElement(
  statement: StatementDocument,
  name: string,
  compile: (text: string) => ValueTest,
): ValueTest {
  const wanted = statement[name];
  const unwanted = statement[`Not${name}`];
  if ((wanted === undefined) === (unwanted === undefined)) throw malformed(`one of ${name} and Not${name}`);
  const tests = stringList(wanted ?? unwanted, name).map(compile);
  const any: ValueTest = (value, context) => tests.some((test) => test(value, context));
  return wanted === undefined ? (value, context) => !any(value, context) : any;
}

/** IAM fills an ARN of fewer than six parts with wildcards: `arn:aws:sqs` is `arn:aws:sqs:*:*:*`. */
function completeArn(text: string): string {
  const missing = 5 - (text.split(":").length - 1);
  return text.startsWith("arn:") && missing > 0 ? text + ":*".repeat(missing) : text;
}

/** One string or a list of them. */
export function stringList(value: unknown, name: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === "string")) throw malformed(`${name} must hold strings`);
  return list;
}

function isRecord(value: unknown): value is StatementDocument {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(message: string): LocalError {
  return new LocalError("MalformedPolicyDocument", message, 400);
}
