import type { Engine, Input, Item, TableDescription } from "./engine.ts";
import { validationException } from "./faults.ts";

/** One action of a transaction as a call of its own, validated, with the item that it concerns. */
export interface TransactAction {
  readonly operation: "PutItem" | "UpdateItem" | "DeleteItem" | "GetItem" | "ConditionCheck";
  readonly input: Input;
  readonly tableName: string;
  readonly key: Item;
  /** What a transaction says of this action alone when it is not its condition that fails. */
  readonly misfit: string | undefined;
  readonly returnsItem: boolean;
}

/** Each kind of action, and the operation whose rules it follows. */
const WRITES: Readonly<Record<string, readonly [operation: TransactAction["operation"], rules: string]>> = {
  Put: ["PutItem", "PutItem"],
  Update: ["UpdateItem", "UpdateItem"],
  Delete: ["DeleteItem", "DeleteItem"],
  ConditionCheck: ["ConditionCheck", "DeleteItem"],
};
const READS: typeof WRITES = { Get: ["GetItem", "GetItem"] };

const MAX_ACTIONS = 100;

/**
 * Reads the actions of a TransactWriteItems or TransactGetItems call.
 *
 * @throws DynamoDbFault ValidationException, ResourceNotFoundException
 */
export async function readTransactItems(
  engine: Engine,
  input: Input,
  kind: "writes" | "reads",
): Promise<readonly TransactAction[]> {
  const items = input["TransactItems"];
  if (!Array.isArray(items)) throw constraint("null", "Member must not be null");
  if (items.length === 0) throw constraint("'[]'", "Member must have length greater than or equal to 1");
  if (items.length > MAX_ACTIONS) {
    throw constraint("'[...]'", `Member must have length less than or equal to ${MAX_ACTIONS}`);
  }
  const actions: TransactAction[] = [];
  for (const item of items) actions.push(await readAction(engine, item, kind === "writes" ? WRITES : READS));
  refuseRepeatedItems(actions);
  return actions;
}

/** The key of an item, by the key schema of its table. */
export function keyOf(item: Item, table: TableDescription): Item {
  const names = table.KeySchema.map(({ AttributeName }) => AttributeName);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

async function readAction(engine: Engine, item: unknown, kinds: typeof WRITES): Promise<TransactAction> {
  const [entry, ...others] = Object.entries(isObject(item) ? item : {}).filter(([, value]) => value !== null);
  const known = kinds[entry?.[0] ?? ""];
  if (entry === undefined || known === undefined || others.length > 0 || !isObject(entry[1])) {
    throw validationException(`TransactItems can only contain one of ${Object.keys(kinds).join(", ")}`);
  }
  const [operation, rules] = known;
  const { ReturnValuesOnConditionCheckFailure: returned, ...parameters } = entry[1];
  if (operation === "ConditionCheck" && parameters["ConditionExpression"] === undefined) {
    throw validationException(
      "The parameter 'ConditionExpression' is required but was not present in the request",
    );
  }
  const input = engine.validate(rules, parameters);
  const tableName = String(input["TableName"]);
  const table = await engine.table(tableName);
  const value = (operation === "PutItem" ? input["Item"] : input["Key"]) as Item;
  const misfit = engine.misfit(operation === "PutItem" ? "item" : "key", value, table);
  return {
    operation,
    input,
    tableName,
    key: keyOf(value, table),
    misfit,
    returnsItem: returned === "ALL_OLD",
  };
}

function refuseRepeatedItems(actions: readonly TransactAction[]): void {
  const seen = new Set<string>();
  for (const { operation, tableName, key } of actions) {
    const sorted = Object.entries(key).toSorted(([left], [right]) => (left < right ? -1 : 1));
    const identity = JSON.stringify([tableName, sorted]);
    if (operation !== "GetItem" && seen.has(identity)) {
      throw validationException("Transaction request cannot include multiple operations on one item");
    }
    seen.add(identity);
  }
}

function constraint(value: string, rule: string): Error {
  const where = "at 'transactItems' failed to satisfy constraint";
  return validationException(`1 validation error detected: Value ${value} ${where}: ${rule}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
