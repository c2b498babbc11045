import { createHash } from "node:crypto";
import { DynamoDbFault } from "./engine.ts";
import type { Engine, Input, Item } from "./engine.ts";
import { modelledFault } from "./faults.ts";
import { readTransactItems } from "./transact-items.ts";
import type { TransactAction } from "./transact-items.ts";

/** Why one action kept a transaction from happening, or `None`. */
interface Reason {
  readonly Code: "None" | "ConditionalCheckFailed" | "ValidationError";
  readonly Message?: string;
  readonly Item?: Item;
}

/** TransactWriteItems and TransactGetItems; both count on running alone. */
export interface Transactions {
  /** @throws DynamoDbFault */
  readonly write: (input: Input) => Promise<Record<string, unknown>>;
  /** @throws DynamoDbFault */
  readonly read: (input: Input) => Promise<Record<string, unknown>>;
}

const NONE: Reason = { Code: "None" };
const TOKEN_LIFE_MS = 10 * 60 * 1000;

/** Adds transactions to an engine, which has none. */
export function createTransactions(engine: Engine, now: () => number): Transactions {
  const done = new Map<
    string,
    { readonly digest: string; readonly atMs: number; readonly output: Record<string, unknown> }
  >();
  return {
    write: async (input) => {
      const { ClientRequestToken: token, ...rest } = input;
      if (typeof token !== "string") return await write(engine, rest);
      for (const [old, { atMs }] of done) if (atMs + TOKEN_LIFE_MS <= now()) done.delete(old);
      const digest = createHash("sha256").update(JSON.stringify(rest)).digest("base64");
      const before = done.get(token);
      if (before !== undefined && before.digest !== digest) throw mismatch();
      const output = before?.output ?? (await write(engine, rest));
      if (before === undefined) done.set(token, { digest, atMs: now(), output });
      return output;
    },
    read: (input) => read(engine, input),
  };
}

async function write(engine: Engine, input: Input): Promise<Record<string, unknown>> {
  const actions = await readTransactItems(engine, input, "writes");
  const before: (Item | undefined)[] = [];
  for (const { tableName, key, misfit } of actions) {
    before.push(misfit === undefined ? await find(engine, tableName, key) : undefined);
  }
  refuse(actions.map((action, index) => judge(engine, action, before[index])));
  const outputs = await applyAll(engine, actions, { before, capacity: input["ReturnConsumedCapacity"] });
  return consumed(outputs);
}

async function read(engine: Engine, input: Input): Promise<Record<string, unknown>> {
  const actions = await readTransactItems(engine, input, "reads");
  refuse(actions.map(({ misfit }) => (misfit === undefined ? NONE : invalid(misfit))));
  const outputs: Record<string, unknown>[] = [];
  for (const { input: get } of actions) {
    outputs.push(
      await engine.run("GetItem", { ...get, ReturnConsumedCapacity: input["ReturnConsumedCapacity"] }),
    );
  }
  return { Responses: outputs.map(({ Item }) => ({ Item })), ...consumed(outputs) };
}

function judge(engine: Engine, action: TransactAction, existing: Item | undefined): Reason {
  if (action.misfit !== undefined) return invalid(action.misfit);
  if (engine.conditionHolds(action.input, existing)) return NONE;
  const reason: Reason = { Code: "ConditionalCheckFailed", Message: "The conditional request failed" };
  return action.returnsItem && existing !== undefined ? { ...reason, Item: existing } : reason;
}

/** Some faults show only when an update is carried out; then what was done before it is undone. */
async function applyAll(
  engine: Engine,
  actions: readonly TransactAction[],
  { before, capacity }: { readonly before: readonly (Item | undefined)[]; readonly capacity: unknown },
): Promise<readonly Record<string, unknown>[]> {
  const outputs: Record<string, unknown>[] = [];
  for (const [index, { operation, input }] of actions.entries()) {
    if (operation === "ConditionCheck") continue;
    try {
      outputs.push(await engine.run(operation, { ...input, ReturnConsumedCapacity: capacity }));
    } catch (error) {
      for (let undone = index - 1; undone >= 0; undone--)
        await restore(engine, actions[undone], before[undone]);
      if (!(error instanceof DynamoDbFault)) throw error;
      refuse(actions.map((_, other) => (other === index ? invalid(error.message) : NONE)));
    }
  }
  return outputs;
}

async function restore(
  engine: Engine,
  action: TransactAction | undefined,
  before: Item | undefined,
): Promise<void> {
  if (action === undefined || action.operation === "ConditionCheck") return;
  const { tableName: TableName, key: Key } = action;
  if (before === undefined) await engine.run("DeleteItem", { TableName, Key });
  else await engine.run("PutItem", { TableName, Item: before });
}

async function find(engine: Engine, TableName: string, Key: Item): Promise<Item | undefined> {
  const { Item } = await engine.run("GetItem", { TableName, Key, ConsistentRead: true });
  return Item as Item | undefined;
}

function refuse(reasons: readonly Reason[]): void {
  if (reasons.every(({ Code }) => Code === "None")) return;
  const codes = reasons.map(({ Code }) => Code).join(", ");
  throw modelledFault("TransactionCanceledException", {
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons: reasons,
  });
}

function invalid(Message: string): Reason {
  return { Code: "ValidationError", Message };
}

/** A transaction costs twice what its actions would. */
function consumed(outputs: readonly Record<string, unknown>[]): Record<string, unknown> {
  const units = new Map<string, number>();
  for (const { ConsumedCapacity } of outputs) {
    if (ConsumedCapacity === undefined) continue;
    const { TableName, CapacityUnits } = ConsumedCapacity as { TableName: string; CapacityUnits: number };
    units.set(TableName, (units.get(TableName) ?? 0) + 2 * CapacityUnits);
  }
  if (units.size === 0) return {};
  return { ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })) };
}

function mismatch(): DynamoDbFault {
  const Message =
    "The request was rejected because it was retried with the same client token but different parameters";
  return modelledFault("IdempotentParameterMismatchException", { Message });
}
