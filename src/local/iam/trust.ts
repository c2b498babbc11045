import { LocalError } from "../request.ts";
import { compileCondition } from "./condition.ts";
import { indexContext } from "./context.ts";
import { compileAction, effectOf, readPolicy, stringList } from "./policy.ts";
import type { ConditionTest } from "./condition.ts";
import type { IamContext } from "./context.ts";
import type { StatementDocument } from "./policy.ts";
import type { ValueTest } from "./pattern.ts";

/** Who wants a role, and how. */
export interface TrustQuestion {
  /** `sts:AssumeRoleWithWebIdentity`, `sts:TagSession`, … */
  readonly action: string;
  /** The identity provider that vouches, such as `cognito-identity.amazonaws.com`. */
  readonly federated?: string;
  /** The ARN of an AWS principal: a user, a role or an assumed role. */
  readonly principal?: string;
  readonly context: IamContext;
}

interface TrustStatement {
  readonly effect: "Allow" | "Deny";
  readonly action: ValueTest;
  readonly principal: (question: TrustQuestion) => boolean;
  readonly condition: ConditionTest;
}

const compiled = new WeakMap<object, readonly TrustStatement[]>();

/**
 * Tells whether a role's trust policy lets this principal do this with the role.
 *
 * @throws LocalError `MalformedPolicyDocument`.
 */
export function trustAllows(trustDocument: unknown, question: TrustQuestion): boolean {
  const context = indexContext(question.context);
  const effects = statementsOf(trustDocument)
    .filter(
      (statement) =>
        statement.action(question.action, context) &&
        statement.principal(question) &&
        statement.condition(context),
    )
    .map((statement) => statement.effect);
  return effects.includes("Allow") && !effects.includes("Deny");
}

function statementsOf(document: unknown): readonly TrustStatement[] {
  const known = typeof document === "object" && document !== null ? compiled.get(document) : undefined;
  if (known !== undefined) return known;
  const { variables, statements } = readPolicy(document);
  const made = statements.map((statement) => ({
    effect: effectOf(statement),
    action: compileAction(statement),
    principal: compilePrincipal(statement),
    condition: compileCondition(statement["Condition"], variables),
  }));
  compiled.set(document as object, made);
  return made;
}

function compilePrincipal(statement: StatementDocument): TrustStatement["principal"] {
  const wanted = statement["Principal"];
  const unwanted = statement["NotPrincipal"];
  if ((wanted === undefined) === (unwanted === undefined)) {
    throw new LocalError("MalformedPolicyDocument", "one of Principal and NotPrincipal", 400);
  }
  const names = principalNames(wanted ?? unwanted);
  const fits = (question: TrustQuestion): boolean =>
    (question.federated !== undefined && names.federated.has(question.federated)) ||
    (question.principal !== undefined &&
      principalForms(question.principal).some((form) => names.aws.has(form)));
  return unwanted === undefined ? fits : (question) => !fits(question);
}

function principalNames(principal: unknown): { federated: ReadonlySet<string>; aws: ReadonlySet<string> } {
  if (principal === "*") return { federated: new Set(), aws: new Set(["*"]) };
  if (typeof principal !== "object" || principal === null) {
    throw new LocalError("MalformedPolicyDocument", "Principal must be an object", 400);
  }
  const { Federated: federated = [], AWS: aws = [] } = principal as Readonly<Record<string, unknown>>;
  return { federated: new Set(stringList(federated, "Federated")), aws: new Set(stringList(aws, "AWS")) };
}

const ASSUMED_ROLE = /^arn:(?<partition>[^:]+):sts::(?<account>\d{12}):assumed-role\/(?<role>[^/]+)\//;

/** The names under which a trust policy may mean a principal: itself, its role, its account, everybody. */
function principalForms(arn: string): readonly string[] {
  const [, partition = "", , , account = ""] = arn.split(":");
  const forms = [arn, "*", account, `arn:${partition}:iam::${account}:root`];
  const role = ASSUMED_ROLE.exec(arn)?.groups?.["role"];
  return role === undefined ? forms : [...forms, `arn:${partition}:iam::${account}:role/${role}`];
}
