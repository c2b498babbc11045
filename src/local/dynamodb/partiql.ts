import { DynamoDbFault } from "./engine.ts";
import type { AttributeValue, Engine, Input } from "./engine.ts";
import { modelledFault, validationException } from "./faults.ts";
import { parsePartiQl } from "./partiql-parser.ts";
import { planAlone, planOfOne } from "./partiql-plan.ts";
import type { Plan } from "./partiql-plan.ts";

/** Does a call of DynamoDB. */
type Perform = (operation: string, input: Input) => Promise<Record<string, unknown>>;

/** A statement with its parameters, as calls carry it. */
interface Written {
  readonly text: string;
  readonly parameters: readonly AttributeValue[];
  /** What else the call says of it. */
  readonly more: Input;
}

const MAX_IN_BATCH = 25;
const MAX_IN_TRANSACTION = 100;
const CODES: Readonly<Record<string, string>> = {
  ConditionalCheckFailedException: "ConditionalCheckFailed",
  DuplicateItemException: "DuplicateItem",
  ResourceNotFoundException: "ResourceNotFound",
  ValidationException: "ValidationError",
};

/** The operations that take PartiQL; each becomes calls that the engine knows. */
export const PARTIQL_OPERATIONS: ReadonlySet<string> = new Set([
  "ExecuteStatement",
  "BatchExecuteStatement",
  "ExecuteTransaction",
]);

/** @throws DynamoDbFault */
export async function runPartiQl(
  engine: Engine,
  { operation, input }: { readonly operation: string; readonly input: Input },
  perform: Perform,
): Promise<Record<string, unknown>> {
  if (operation === "ExecuteStatement") return await executeStatement(engine, input, perform);
  if (operation === "BatchExecuteStatement") return await executeBatch(engine, input, perform);
  return await executeTransaction(engine, input, perform);
}

async function executeStatement(
  engine: Engine,
  input: Input,
  perform: Perform,
): Promise<Record<string, unknown>> {
  const written = readWritten(input);
  const statement = parsePartiQl(written.text, written.parameters);
  const plan = planAlone(statement, await engine.table(statement.from.table));
  if (plan.operation !== "Query" && plan.operation !== "Scan") {
    const { Attributes } = await performWrite(plan, perform);
    return { Items: Attributes === undefined ? [] : [Attributes] };
  }
  const { Limit, NextToken, ConsistentRead } = input;
  const { Items, LastEvaluatedKey } = await perform(plan.operation, {
    ...plan.input,
    ...(Limit !== undefined && { Limit }),
    ...(ConsistentRead !== undefined && { ConsistentRead }),
    ...(typeof NextToken === "string" && { ExclusiveStartKey: readToken(NextToken) }),
  });
  const next =
    LastEvaluatedKey === undefined ? {} : { NextToken: writeToken(LastEvaluatedKey), LastEvaluatedKey };
  return { Items, ...next };
}

/** Each statement succeeds or fails for itself. */
async function executeBatch(
  engine: Engine,
  input: Input,
  perform: Perform,
): Promise<Record<string, unknown>> {
  const statements = readMany(input["Statements"], MAX_IN_BATCH);
  const plans = await Promise.all(statements.map((written) => tryTo(() => planOf(engine, written))));
  refuseMixture(plans.flatMap((plan) => plan.done ?? []));
  const Responses: unknown[] = [];
  for (const { done: plan, failed } of plans) {
    if (plan === undefined) {
      Responses.push({ Error: failed });
      continue;
    }
    const result = await tryTo(() => performWrite(plan, perform));
    const { TableName } = plan.input;
    const { Item } = result.done ?? {};
    Responses.push({
      TableName,
      ...(Item !== undefined && { Item }),
      ...(result.failed && { Error: result.failed }),
    });
  }
  return { Responses };
}

async function executeTransaction(
  engine: Engine,
  input: Input,
  perform: Perform,
): Promise<Record<string, unknown>> {
  const statements = readMany(input["TransactStatements"], MAX_IN_TRANSACTION);
  const plans: Plan[] = [];
  for (const written of statements) plans.push(await planOf(engine, written));
  refuseMixture(plans);
  const isRead = plans[0]?.operation === "GetItem";
  const TransactItems = plans.map(({ operation, input: call }) => ({
    [operation.replace("Item", "")]: call,
  }));
  const { ClientRequestToken } = input;
  const token = isRead || ClientRequestToken === undefined ? {} : { ClientRequestToken };
  const output = await perform(isRead ? "TransactGetItems" : "TransactWriteItems", {
    TransactItems,
    ...token,
  });
  return isRead ? { Responses: output["Responses"] } : {};
}

async function planOf(engine: Engine, { text, parameters, more }: Written): Promise<Plan> {
  const statement = parsePartiQl(text, parameters);
  const plan = planOfOne(statement, await engine.table(statement.from.table));
  const { ConsistentRead, ReturnValuesOnConditionCheckFailure: shown } = more;
  const isRead = plan.operation === "GetItem";
  return {
    ...plan,
    input: {
      ...plan.input,
      ...(isRead && ConsistentRead !== undefined && { ConsistentRead }),
      ...(!isRead && shown !== undefined && { ReturnValuesOnConditionCheckFailure: shown }),
    },
  };
}

async function performWrite({ operation, input }: Plan, perform: Perform): Promise<Record<string, unknown>> {
  try {
    return await perform(operation, input);
  } catch (error) {
    if (operation !== "PutItem" || nameOf(error) !== "ConditionalCheckFailedException") throw error;
    throw modelledFault("DuplicateItemException", { message: "Duplicate primary key exists in table" });
  }
}

interface Tried<T> {
  readonly done?: T;
  readonly failed?: { readonly Code: string; readonly Message: string };
}

async function tryTo<T>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { done: await work() };
  } catch (error) {
    const Code = CODES[nameOf(error) ?? ""];
    if (Code === undefined || !(error instanceof DynamoDbFault)) throw error;
    return { failed: { Code, Message: error.message } };
  }
}

/** The name of a refusal without its namespace. */
function nameOf(error: unknown): string | undefined {
  return error instanceof DynamoDbFault ? String(error.body["__type"]).split("#").at(-1) : undefined;
}

function refuseMixture(plans: readonly Plan[]): void {
  const reads = plans.filter(({ operation }) => operation === "GetItem").length;
  if (reads > 0 && reads < plans.length)
    throw validationException("All statements must be either reads or writes; they cannot be mixed");
}

function readMany(list: unknown, most: number): readonly Written[] {
  if (Array.isArray(list) && list.length > 0 && list.length <= most) return list.map(readWritten);
  throw validationException(`A call takes 1 to ${most} statements`);
}

function readWritten(entry: unknown): Written {
  const { Statement, Parameters, ...more } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof Statement !== "string" || Statement === "")
    throw validationException("The parameter 'Statement' is required but was not present in the request");
  return { text: Statement, parameters: Array.isArray(Parameters) ? Parameters : [], more };
}

function writeToken(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString("base64");
}

function readToken(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64").toString("utf8"));
  } catch {
    throw validationException("Invalid NextToken");
  }
}
