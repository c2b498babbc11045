import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type { LocalAnswer } from "../request.ts";
import type { Table } from "../world.ts";
import { DynamoDbFault, createEngine } from "./engine.ts";
import type { Input, KeyPart, TableDescription } from "./engine.ts";
import { serializationException } from "./faults.ts";
import { createParts, perform } from "./operations.ts";
import type { Parts } from "./operations.ts";
import { seedTable } from "./seed.ts";
import { withTableNames } from "./table-names.ts";

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

/** Makes a DynamoDB with the given tables, ready for use. */
export async function createDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const { tables, now, account = "123456789012", region = "us-east-1" } = options;
  const engine = createEngine(account, region);
  const parts = createParts(engine, { account, region, now });
  const schemas = new Map<string, Schemas>();
  for (const table of tables) {
    const description = await seedTable(engine, table);
    schemas.set(table.name, schemasFrom(description));
    if (table.stream !== undefined) parts.streams.enable(table.name, description.KeySchema, table.stream);
  }
  return {
    handle: async (operation, input) => {
      try {
        if (typeof input !== "object" || input === null || Array.isArray(input))
          throw serializationException();
        const output = await perform(parts, operation, withTableNames(input) as Input);
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
  parts.streams.end(table.TableName);
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
