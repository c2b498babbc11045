import { setImmediate } from "node:timers/promises";
import type { Table } from "../world.ts";
import type { Engine, Item, TableDescription } from "./engine.ts";

/** Makes a table with its first items and waits until it may be used. */
export async function seedTable(engine: Engine, table: Table): Promise<TableDescription> {
  const indexes = table.indexes ?? [];
  const names = [table, ...indexes].flatMap(({ partitionKey, sortKey }) => [
    partitionKey,
    sortKey ?? partitionKey,
  ]);
  await engine.run(
    "CreateTable",
    engine.validate("CreateTable", {
      TableName: table.name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [...new Set(names)].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: keySchema(table),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keySchema(index),
          Projection: { ProjectionType: "ALL" },
        })),
      }),
    }),
  );
  const description = await whenActive(engine, table.name);
  for (const item of table.items ?? []) {
    await engine.run("PutItem", engine.validate("PutItem", { TableName: table.name, Item: toItem(item) }));
  }
  return description;
}

async function whenActive(engine: Engine, name: string): Promise<TableDescription> {
  for (;;) {
    const { Table } = await engine.run("DescribeTable", { TableName: name });
    const description = Table as TableDescription;
    if (description.TableStatus === "ACTIVE") return description;
    await setImmediate();
  }
}

function keySchema({
  partitionKey,
  sortKey,
}: {
  readonly partitionKey: string;
  readonly sortKey?: string;
}): unknown[] {
  const hash = { AttributeName: partitionKey, KeyType: "HASH" };
  return sortKey === undefined ? [hash] : [hash, { AttributeName: sortKey, KeyType: "RANGE" }];
}

function toItem(plain: Readonly<Record<string, string | number | boolean>>): Item {
  return Object.fromEntries(
    Object.entries(plain).map(([name, value]) => {
      if (typeof value === "string") return [name, { S: value }];
      return [name, typeof value === "number" ? { N: String(value) } : { BOOL: value }];
    }),
  );
}
