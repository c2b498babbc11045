import { isDeepStrictEqual } from "node:util";
import { DynamoDbFault } from "./engine.ts";
import type { Engine, Input, Item } from "./engine.ts";
import type { Streams } from "./streams.ts";
import { keyOf } from "./transact-items.ts";

/** An item that a write is about. */
interface Target {
  readonly tableName: string;
  /** The key, or the whole item of a put. */
  readonly value: Item;
}

/** Whether a call writes to a table that has a stream; such a call must run alone. */
export function isCaptured(streams: Streams, operation: string, input: Input): boolean {
  return targetsOf(operation, input).some(({ tableName }) => streams.isOn(tableName));
}

/** Does a write, and records what it changed; counts on running alone. */
export async function capture<T>(
  { engine, streams }: { readonly engine: Engine; readonly streams: Streams },
  call: { readonly operation: string; readonly input: Input },
  work: () => Promise<T>,
): Promise<T> {
  const targets = targetsOf(call.operation, call.input).filter(({ tableName }) => streams.isOn(tableName));
  const before = await Promise.all(targets.map((target) => find(engine, target)));
  const output = await work();
  for (const [index, target] of targets.entries()) {
    const was = before[index]?.item;
    const { key, item } = await find(engine, target);
    if (!isDeepStrictEqual(was, item)) streams.record(target.tableName, { key, before: was, after: item });
  }
  return output;
}

/** What nobody has validated yet may be anything; what is amiss is for the call itself to refuse. */
function targetsOf(operation: string, input: Input): readonly Target[] {
  switch (operation) {
    case "PutItem":
    case "UpdateItem":
    case "DeleteItem":
      return targetOf(input["TableName"], input["Key"] ?? input["Item"]);
    case "BatchWriteItem":
      return Object.entries(asObject(input["RequestItems"])).flatMap(([table, requests]) =>
        asList(requests).flatMap((request) => {
          const { PutRequest, DeleteRequest } = asObject(request);
          return targetOf(table, asObject(PutRequest)["Item"] ?? asObject(DeleteRequest)["Key"]);
        }),
      );
    case "TransactWriteItems":
      return asList(input["TransactItems"]).flatMap((action) =>
        Object.values(asObject(action)).flatMap((entry) => {
          const { TableName, Key, Item } = asObject(entry);
          return targetOf(TableName, Key ?? Item);
        }),
      );
    default:
      return [];
  }
}

function targetOf(tableName: unknown, value: unknown): readonly Target[] {
  return typeof tableName === "string" && typeof value === "object" && value !== null
    ? [{ tableName, value: value as Item }]
    : [];
}

async function find(
  engine: Engine,
  { tableName, value }: Target,
): Promise<{ readonly key: Item; readonly item: Item | undefined }> {
  try {
    const key = keyOf(value, await engine.table(tableName));
    const get = engine.validate("GetItem", { TableName: tableName, Key: key, ConsistentRead: true });
    const { Item } = await engine.run("GetItem", get);
    return { key, item: Item as Item | undefined };
  } catch (error) {
    if (error instanceof DynamoDbFault) return { key: value, item: undefined };
    throw error;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
