import type { Requirement } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import {
  readTables,
  textOf,
  type Touched,
  touchedIndex,
  touchedTable,
  transactedTables,
  writtenTables,
} from "./accesses.ts";
import { allTables, globalTableArn, tableByArn } from "./names.ts";
import type { DynamoDbRow, TableNaming } from "./table.ts";
import { isObject, type JsonObject } from "../strict-json.ts";
import type { Upstream } from "../service.ts";

type Reader = (input: JsonObject, upstream: Upstream, name: string) => readonly Touched[];

const READERS: Readonly<Record<TableNaming, Reader>> = {
  table: touchedTable,
  "table-or-index": touchedIndex,
  "request-items": readTables,
  "write-items": writtenTables,
  "transact-items": transactedTables,
  "resource-arn": (input, upstream) => [{ resource: tableByArn(textOf(input, "ResourceArn"), upstream) }],
  "global-table": (input, upstream) => [
    { resource: globalTableArn(textOf(input, "GlobalTableName"), upstream) },
  ],
  "all-tables": (_input, upstream) => [{ resource: `${allTables(upstream)}*` }],
  none: () => [{ resource: "*" }],
};

/**
 * Reads from an operation's input every table and index that it touches.
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
  const own = { action: `dynamodb:${name}`, ...(row.covers && { covers: row.covers }) };
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
  const encryption = input["SSESpecification"];
  const key = isObject(encryption) && Object.hasOwn(encryption, "KMSMasterKeyId");
  if (unread === undefined && !key) return;
  throw new Refusal("operation-unknown", { detail: `DynamoDB ${name} with ${unread ?? "KMSMasterKeyId"}` });
}
