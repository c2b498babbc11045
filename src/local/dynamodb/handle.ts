import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type { LocalAnswer } from "../request.ts";
import type { Table } from "../world.ts";
import { DynamoDbFault, createEngine } from "./engine.ts";
import type { Engine, Input, KeyPart, TableDescription } from "./engine.ts";
import { modelledFault, serializationException, unknownOperation } from "./faults.ts";
import { createGate } from "./gate.ts";
import type { Gate } from "./gate.ts";
import { seedTable } from "./seed.ts";
import { createTimeToLive } from "./time-to-live.ts";
import type { TimeToLive } from "./time-to-live.ts";
import { createTransactions } from "./transactions.ts";
import type { Transactions } from "./transactions.ts";

/** The stand-in's DynamoDB. */
export interface DynamoDb {
  /** Answers a call; refusals are answers too. */
  readonly handle: (operation: string, input: unknown) => Promise<LocalAnswer>;
  /** The keys of a table, or of one of its indexes, as they are now; undefined when there is no such thing. */
  readonly keySchemaOf: (table: string, index?: string) => KeySchema | undefined;
  readonly close: () => Promise<void>;
}

/** The names of the key attributes of a table or an index. */
export interface KeySchema {
  readonly partitionKey: string;
  readonly sortKey?: string;
}

/** The key schemas of a table under its index names, its own under the empty name. */
type Schemas = ReadonlyMap<string, KeySchema>;

/** What a DynamoDB is made of. */
export interface DynamoDbOptions {
  readonly tables: readonly Table[];
  readonly now: () => number;
  /** Default `123456789012`. */
  readonly account?: string;
  /** Default `us-east-1`. */
  readonly region?: string;
}

/** DynamoDB takes a table's ARN wherever it takes its name; dynalite takes names. */
function withTableNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTableNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => {
      if (member === "TableName" && typeof inner === "string") return [member, tableName(inner)];
      if (member !== "RequestItems" || typeof inner !== "object" || inner === null)
        return [member, withTableNames(inner)];
      return [
        member,
        Object.fromEntries(
          Object.entries(inner).map(([table, entry]) => [tableName(table), withTableNames(entry)]),
        ),
      ];
    }),
  );
}

/** The name in `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`; any other text as it is. */
function tableName(text: string): string {
  return text.startsWith("arn:") ? text.slice(text.lastIndexOf("/") + 1) : text;
}

interface Parts {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly transactions: Transactions;
  readonly timeToLive: TimeToLive;
  readonly region: string;
}

/** Makes a DynamoDB with the given tables, ready for use. */
export async function createDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const { tables, now, account = "123456789012", region = "us-east-1" } = options;
  const engine = createEngine(account, region);
  const parts: Parts = {
    engine,
    gate: createGate(),
    transactions: createTransactions(engine, now),
    timeToLive: createTimeToLive(engine),
    region,
  };
  const schemas = new Map<string, Schemas>();
  for (const table of tables) schemas.set(table.name, schemasFrom(await seedTable(engine, table)));
  return {
    handle: async (operation, input) => {
      try {
        if (typeof input !== "object" || input === null || Array.isArray(input))
          throw serializationException();
        const output = await run(parts, operation, withTableNames(input) as Input);
        noteTable(operation, output["TableDescription"] as TableDescription | undefined, { schemas, parts });
        return answer(200, output);
      } catch (error) {
        if (error instanceof DynamoDbFault) return answer(error.status, error.body);
        throw error;
      }
    },
    keySchemaOf: (table, index = "") => schemas.get(table)?.get(index),
    close: engine.close,
  };
}

/** Transactions run alone, everything else side by side: nobody sees half a transaction. */
async function run(parts: Parts, operation: string, input: Input): Promise<Record<string, unknown>> {
  const { engine, gate, transactions, timeToLive, region } = parts;
  switch (operation) {
    case "TransactWriteItems":
      return await gate.alone(() => transactions.write(input));
    case "TransactGetItems":
      return await gate.alone(() => transactions.read(input));
    case "UpdateTimeToLive":
      return await timeToLive.update(input);
    case "DescribeTimeToLive":
      return await timeToLive.describe(input);
    case "DescribeEndpoints":
      return { Endpoints: [{ Address: `dynamodb.${region}.amazonaws.com`, CachePeriodInMinutes: 1440 }] };
    default:
      if (!engine.has(operation)) throw unknownOperation();
      return input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD"
        ? await gate.alone(() => runAndShow(engine, operation, input))
        : await gate.together(() => engine.run(operation, engine.validate(operation, input)));
  }
}

/** A write that, when its condition fails, shows the item that it failed on. */
async function runAndShow(engine: Engine, operation: string, input: Input): Promise<Record<string, unknown>> {
  const valid = engine.validate(operation, input);
  try {
    return await engine.run(operation, valid);
  } catch (error) {
    const isConditional =
      error instanceof DynamoDbFault &&
      String(error.body["__type"]).endsWith("#ConditionalCheckFailedException");
    if (!isConditional) throw error;
    const { KeySchema } = await engine.table(String(valid["TableName"]));
    const value = (valid["Key"] ?? valid["Item"]) as Record<string, unknown>;
    const Key = Object.fromEntries(
      KeySchema.map(({ AttributeName }) => [AttributeName, value[AttributeName]]),
    );
    const { Item } = await engine.run("GetItem", { TableName: valid["TableName"], Key });
    throw modelledFault("ConditionalCheckFailedException", { message: error.message, Item });
  }
}

function noteTable(
  operation: string,
  table: TableDescription | undefined,
  { schemas, parts }: { readonly schemas: Map<string, Schemas>; readonly parts: Parts },
): void {
  if (table === undefined) return;
  if (operation !== "DeleteTable") {
    schemas.set(table.TableName, schemasFrom(table));
    return;
  }
  schemas.delete(table.TableName);
  parts.timeToLive.forget(table.TableName);
}

function schemasFrom(table: TableDescription): Schemas {
  const indexes = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
  const ofIndexes = indexes.map((index) => [index.IndexName, keySchemaFrom(index.KeySchema)] as const);
  return new Map([["", keySchemaFrom(table.KeySchema)], ...ofIndexes]);
}

function keySchemaFrom(schema: readonly KeyPart[]): KeySchema {
  const nameOf = (type: string): string | undefined =>
    schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const sortKey = nameOf("RANGE");
  return { partitionKey: nameOf("HASH") ?? "", ...(sortKey !== undefined && { sortKey }) };
}

function answer(status: number, output: Readonly<Record<string, unknown>>): LocalAnswer {
  const body = Buffer.from(JSON.stringify(output));
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "content-length": String(body.length),
    "x-amz-crc32": String(crc32(body)),
    "x-amzn-requestid": requestId(),
  };
  return { status, headers, body };
}

function requestId(): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return Array.from(randomBytes(52), (byte) => alphabet[byte % alphabet.length]).join("");
}
