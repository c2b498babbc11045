import type { AttributeValue, Input, Item, KeyPart, TableDescription } from "./engine.ts";
import { modelledFault, validationException } from "./faults.ts";
import { createExpressions } from "./partiql-expression.ts";
import type { Expressions } from "./partiql-expression.ts";
import type { Condition, From, Statement } from "./partiql-statement.ts";

/** The call of DynamoDB that does what a statement says. */
export interface Plan {
  readonly operation:
    | "Query"
    | "Scan"
    | "GetItem"
    | "PutItem"
    | "UpdateItem"
    | "DeleteItem"
    | "ConditionCheck";
  readonly input: Input;
}

type Kind<K extends Statement["kind"]> = Extract<Statement, { readonly kind: K }>;

/**
 * Plans a statement that stands alone: a SELECT becomes a Query where it names a partition, else a Scan.
 *
 * @throws DynamoDbFault ValidationException, ResourceNotFoundException for an index that there is not
 */
export function planAlone(statement: Statement, table: TableDescription): Plan {
  if (statement.kind === "select") return planSelect(statement, keyNames(statement.from, table));
  if (statement.kind === "exists")
    throw validationException("EXISTS can only be used in a transaction with other statements");
  return planWrite(statement, table);
}

/**
 * Plans a statement of a batch or a transaction, where every statement is about one item.
 *
 * @throws DynamoDbFault ValidationException
 */
export function planOfOne(statement: Statement, table: TableDescription): Plan {
  if (statement.kind !== "select" && statement.kind !== "exists") return planWrite(statement, table);
  const expressions = createExpressions();
  const { key, rest } = splitKey(statement.where, keyNames({ table: statement.from.table }, table));
  const base = { TableName: statement.from.table, Key: key };
  if (statement.kind === "exists") {
    const ConditionExpression = conditionText(expressions, rest, keyNames(statement.from, table));
    return {
      operation: "ConditionCheck",
      input: { ...base, ConditionExpression, ...expressions.attributes() },
    };
  }
  if (rest.length > 0 || statement.from.index !== undefined)
    throw validationException("Select statements within ExecuteTransaction and batches must name one item");
  const projection = projectionOf(expressions, statement);
  return { operation: "GetItem", input: { ...base, ...projection, ...expressions.attributes() } };
}

function planWrite(statement: Kind<"insert" | "update" | "delete">, table: TableDescription): Plan {
  const { from } = statement;
  if (from.index !== undefined) throw validationException("Writes to an index are not supported");
  const TableName = from.table;
  const names = keyNames(from, table);
  const expressions = createExpressions();
  if (statement.kind === "insert") {
    const ConditionExpression = `attribute_not_exists(${expressions.path(names.slice(0, 1))})`;
    const input = { TableName, Item: statement.item, ConditionExpression, ...expressions.attributes() };
    return { operation: "PutItem", input };
  }
  const { key: Key, rest } = splitKey(statement.where, names);
  const base = { TableName, Key, ...(statement.returning && { ReturnValues: statement.returning }) };
  if (statement.kind === "delete") {
    // An item that is not there is deleted already, unless more was asked of it than its key.
    const condition = rest.length > 0 && { ConditionExpression: allOf(expressions, rest) };
    return { operation: "DeleteItem", input: { ...base, ...condition, ...expressions.attributes() } };
  }
  const UpdateExpression = updateText(expressions, statement);
  const ConditionExpression = conditionText(expressions, rest, names);
  const input = { ...base, UpdateExpression, ConditionExpression, ...expressions.attributes() };
  return { operation: "UpdateItem", input };
}

function planSelect(statement: Kind<"select">, names: readonly string[]): Plan {
  const { from, order } = statement;
  const expressions = createExpressions();
  const { keys, rest } = keyConditions(conjuncts(statement.where), names);
  const input = {
    TableName: from.table,
    ...(from.index !== undefined && { IndexName: from.index }),
    ...(keys.length > 0 && { KeyConditionExpression: allOf(expressions, keys) }),
    ...(rest.length > 0 && { FilterExpression: allOf(expressions, rest) }),
    ...projectionOf(expressions, statement),
    ...expressions.attributes(),
  };
  if (order === undefined) return { operation: keys.length > 0 ? "Query" : "Scan", input };
  if (keys.length === 0 || !names.includes(String(order.path[0])))
    throw validationException("Must have WHERE clause in the statement when using ORDER BY clause.");
  return { operation: "Query", input: { ...input, ScanIndexForward: !order.descending } };
}

function projectionOf(expressions: Expressions, { paths }: Kind<"select">): Input {
  return paths.length === 0 ? {} : { ProjectionExpression: paths.map(expressions.path).join(", ") };
}

function updateText(expressions: Expressions, { set, remove }: Kind<"update">): string {
  return [
    ...(set.length > 0 ? [`SET ${set.map(expressions.assignment).join(", ")}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.map(expressions.path).join(", ")}`] : []),
  ].join(" ");
}

/** An item must be there to be changed or to be found. */
function conditionText(
  expressions: Expressions,
  rest: readonly Condition[],
  names: readonly string[],
): string {
  const exists = `attribute_exists(${expressions.path(names.slice(0, 1))})`;
  return rest.length === 0 ? exists : `${exists} AND ${allOf(expressions, rest)}`;
}

function allOf(expressions: Expressions, conditions: readonly Condition[]): string {
  return conditions
    .map((condition) => {
      const text = expressions.condition(condition);
      return condition.kind === "or" ? `(${text})` : text;
    })
    .join(" AND ");
}

/** What goes by the key: the partition, and one condition on the sort key. */
function keyConditions(
  conditions: readonly Condition[],
  [partition = "", sort]: readonly string[],
): { readonly keys: readonly Condition[]; readonly rest: readonly Condition[] } {
  const hash = conditions.find((condition) => equalTo(condition, partition) !== undefined);
  if (hash === undefined) return { keys: [], rest: conditions };
  const range = conditions.find((condition) => sort !== undefined && isRange(condition, sort));
  const keys = range === undefined ? [hash] : [hash, range];
  return { keys, rest: conditions.filter((condition) => !keys.includes(condition)) };
}

function isRange(condition: Condition, sort: string): boolean {
  if (!("path" in condition) || condition.path.length !== 1 || condition.path[0] !== sort) return false;
  if (condition.kind === "compare") return condition.comparator !== "<>";
  return condition.kind === "between" || (condition.kind === "function" && condition.name === "begins_with");
}

/** The whole key of the one item that is meant, and what else is asked of it. */
function splitKey(
  where: Condition | undefined,
  names: readonly string[],
): { readonly key: Item; readonly rest: readonly Condition[] } {
  const key: Record<string, AttributeValue> = {};
  let rest = conjuncts(where);
  for (const name of names) {
    const found = rest.find((condition) => equalTo(condition, name) !== undefined);
    const value = found && equalTo(found, name);
    if (value === undefined)
      throw validationException("Where clause does not contain a mandatory equality on all key attributes");
    key[name] = value;
    rest = rest.filter((condition) => condition !== found);
  }
  return { key, rest };
}

function conjuncts(where: Condition | undefined): readonly Condition[] {
  if (where === undefined) return [];
  return where.kind === "and" ? where.parts : [where];
}

/** The value that a condition says an attribute has. */
function equalTo(condition: Condition, name: string): AttributeValue | undefined {
  if (condition.kind !== "compare" || condition.comparator !== "=") return undefined;
  const isNamed = condition.path.length === 1 && condition.path[0] === name;
  return isNamed && condition.operand.kind === "value" ? condition.operand.value : undefined;
}

/** The names of the partition key and the sort key, where there is one. */
function keyNames({ index }: From, table: TableDescription): readonly string[] {
  const indexes = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  const schema: readonly KeyPart[] | undefined =
    index === undefined ? table.KeySchema : indexes.find(({ IndexName }) => IndexName === index)?.KeySchema;
  if (schema === undefined)
    throw modelledFault("ResourceNotFoundException", { message: "Requested resource not found" });
  return schema.map(({ AttributeName }) => AttributeName);
}
