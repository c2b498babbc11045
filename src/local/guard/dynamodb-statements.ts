import type { IamContext } from "../iam/context.ts";
import { LocalError } from "../request.ts";
import type { KeySchemaOf } from "./key-schema.ts";
import { indexArn, tableResource } from "./dynamodb-resource.ts";
import type { Place } from "./dynamodb-resource.ts";
import { statementAttributes, statementKeys } from "./partiql-keys.ts";
import { readStatement } from "./partiql-statement.ts";
import type { PartiQlStatement } from "./partiql-statement.ts";
import type { Requirement } from "./requirement.ts";

type Input = Readonly<Record<string, unknown>>;

/** Operation → the member that lists its statements; without one the request is the statement. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ["ExecuteStatement", ""],
  ["BatchExecuteStatement", "Statements"],
  ["ExecuteTransaction", "TransactStatements"],
]);

/** `RETURNING` and the words behind it → `ReturnValues`. */
const RETURNED: ReadonlyMap<string, string> = new Map([
  ["ALL OLD", "ALL_OLD"],
  ["ALL NEW", "ALL_NEW"],
  ["MODIFIED OLD", "UPDATED_OLD"],
  ["MODIFIED NEW", "UPDATED_NEW"],
]);

/**
 * What IAM must allow for the PartiQL statements of a call; undefined where the operation takes none.
 *
 * Source: Amazon DynamoDB Developer Guide, "IAM security policies with PartiQL for DynamoDB".
 *
 * @throws LocalError `ValidationException` for what is no statement about one table or index.
 */
export function statementRequirements(
  operation: string,
  input: Input,
  options: Place & { readonly keySchemaOf: KeySchemaOf },
): readonly Requirement[] | undefined {
  const list = LISTS.get(operation);
  if (list === undefined) return undefined;
  const parts: unknown = list === "" ? [input] : input[list];
  if (!Array.isArray(parts) || parts.length === 0) throw invalid("There must be at least one statement");
  return parts.map((part: unknown) => statementRequirement(operation, part, options));
}

function statementRequirement(
  operation: string,
  part: unknown,
  options: Place & { readonly keySchemaOf: KeySchemaOf },
): Requirement {
  const { Statement, Parameters } = (part ?? {}) as Input;
  const statement = typeof Statement === "string" ? readStatement(Statement) : undefined;
  if (statement === undefined) throw invalid("Statement wasn't well formed, can't be processed");
  if (statement.exists && operation !== "ExecuteTransaction") throw invalid("EXISTS is for transactions");
  const { arn, table } = tableResource(statement.table, options);
  const schema = options.keySchemaOf(table, statement.index);
  const given: readonly unknown[] = Array.isArray(Parameters) ? Parameters : [];
  const keys = schema === undefined ? [] : statementKeys(statement, schema.partitionKey, given);
  return {
    action: `dynamodb:PartiQL${statement.verb}`,
    resource: indexArn(arn, statement.index),
    context: contextOf(statement, operation, keys),
  };
}

function contextOf(statement: PartiQlStatement, operation: string, keys: readonly string[]): IamContext {
  const { verb } = statement;
  const reads = {
    "dynamodb:Select": selectOf(statement),
    "dynamodb:FullTableScan": String(keys.length === 0),
  };
  const writes = { "dynamodb:ReturnValues": returnedBy(statement) };
  return {
    "dynamodb:LeadingKeys": keys,
    "dynamodb:Attributes": statementAttributes(statement),
    "dynamodb:EnclosingOperation": operation === "ExecuteTransaction" ? [operation] : [],
    ...(verb === "Select" && reads),
    ...((verb === "Update" || verb === "Delete") && writes),
  };
}

function selectOf({ head, index }: PartiQlStatement): string {
  if (head.length !== 1 || head[0]?.text !== "*") return "SPECIFIC_ATTRIBUTES";
  return index === undefined ? "ALL_ATTRIBUTES" : "ALL_PROJECTED_ATTRIBUTES";
}

function returnedBy({ tail }: PartiQlStatement): string {
  const words = tail.map(({ kind, text }) => (kind === "word" ? text.toUpperCase() : ""));
  const at = words.lastIndexOf("RETURNING");
  return (at < 0 ? undefined : RETURNED.get(words.slice(at + 1, at + 3).join(" "))) ?? "NONE";
}

function invalid(message: string): LocalError {
  return new LocalError("ValidationException", message, 400);
}
