import type { Requirement } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { readTables, touchedIndex, touchedTable, transactedTables, writtenTables } from "./accesses.ts";
import { ALL_ITEMS } from "./keys.ts";
import { textOf } from "./members.ts";
import { globalTableArn } from "./names.ts";
import {
  everyTable,
  iteratedStream,
  listedTable,
  touchedNothing,
  touchedPart,
  touchedResource,
} from "./parts.ts";
import { restoredBackup, restoredTable } from "./restores.ts";
import { touchedByStatements } from "./statements.ts";
import type { DynamoDbRow, TableNaming } from "./table.ts";
import type { Touched } from "./touched.ts";
import { isObject, type JsonObject } from "../strict-json.ts";
import type { Upstream } from "../service.ts";

type Reader = (input: JsonObject, upstream: Upstream, name: string) => readonly Touched[];

const READERS: Readonly<Record<TableNaming, Reader>> = {
  table: touchedTable,
  "table-or-index": touchedIndex,
  "request-items": readTables,
  "write-items": writtenTables,
  "transact-items": transactedTables,
  statements: touchedByStatements,
  "resource-arn": touchedResource,
  "listed-table": listedTable,
  backup: touchedPart("backup"),
  export: touchedPart("export"),
  import: touchedPart("import"),
  stream: touchedPart("stream"),
  "shard-iterator": iteratedStream,
  "restored-backup": restoredBackup,
  "restored-table": restoredTable,
  "global-table": (input, upstream) => [
    { resource: globalTableArn(textOf(input, "GlobalTableName"), upstream) },
  ],
  "all-tables": everyTable,
  none: touchedNothing,
};

/** Members that may name a key of KMS. */
const ENCRYPTIONS = ["SSESpecification", "SSESpecificationOverride"];

/**
 * Reads from an operation's input every table, and every part of one, that it touches. What does to every item of a table
 * what item actions do to one names none of them.
 *
 * @throws Refusal body-malformed, operation-unknown, target-ambiguous
 */
export function requirementsOf(
  name: string,
  row: DynamoDbRow,
  input: JsonObject,
  upstream: Upstream,
): readonly Requirement[] {
  refuseUnread(name, row, input);
  const own = { action: `dynamodb:${name}`, ...(row.covers && { covers: row.covers, keys: ALL_ITEMS }) };
  const implied = Object.entries(row.implies ?? {}).filter(([member]) => Object.hasOwn(input, member));
  return READERS[row.naming](input, upstream, name).flatMap((touched) => [
    { ...own, ...touched },
    ...implied.map(([, action]) => ({ action, resource: touched.resource })),
  ]);
}

/** Members that Postern does not know might name replicas, keys or tables elsewhere; keys of KMS surely do. */
function refuseUnread(name: string, { members }: DynamoDbRow, input: JsonObject): void {
  if (members === undefined) return;
  const unread = Object.keys(input).find((member) => !members.has(member));
  const key = ENCRYPTIONS.map((member) => input[member]).some(
    (encryption) => isObject(encryption) && Object.hasOwn(encryption, "KMSMasterKeyId"),
  );
  if (unread === undefined && !key) return;
  throw new Refusal("operation-unknown", { detail: `DynamoDB ${name} with ${unread ?? "KMSMasterKeyId"}` });
}
