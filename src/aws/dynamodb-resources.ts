import type { Requirement } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import { malformed } from "./body.ts";
import { allTables, globalTableArn, indexArn, tableArn, tableByArn } from "./dynamodb-names.ts";
import { type DynamoDbRow, mayTransact, type TableNaming, TRANSACT_ACTIONS } from "./dynamodb-table.ts";
import { isObject, type JsonObject } from "./strict-json.ts";
import type { Upstream } from "./service.ts";

/** A resource that an operation touches, and what its requirement says besides. */
type Touched = Omit<Requirement, "action"> & {
  /** Where it is not the operation's own. */
  readonly action?: string;
};

type Reader = (input: JsonObject, upstream: Upstream, name: string) => readonly Touched[];

/** Members of an entry of BatchWriteItem, with the item action that each has the effect of. */
const WRITE_ACTIONS: Readonly<Record<string, string>> = {
  PutRequest: "dynamodb:PutItem",
  DeleteRequest: "dynamodb:DeleteItem",
};

const READERS: Readonly<Record<TableNaming, Reader>> = {
  table: (input, upstream) => [{ resource: tableArn(textOf(input, "TableName"), upstream) }],
  "table-or-index": tableOrIndex,
  "request-items": (input, upstream) =>
    Object.keys(objectOf(input, "RequestItems")).map((table) => ({ resource: tableArn(table, upstream) })),
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

/** To IAM an index is a resource of its own; who denies the table means what is read through its indexes too. */
function tableOrIndex(input: JsonObject, upstream: Upstream): readonly Touched[] {
  const table = tableArn(textOf(input, "TableName"), upstream);
  if (input["IndexName"] === undefined) return [{ resource: table }];
  return [{ resource: indexArn(table, textOf(input, "IndexName")), within: [table] }];
}

/** IAM decides the batch as one action; a deny on what its entries do to a table counts too. */
function writtenTables(input: JsonObject, upstream: Upstream): readonly Touched[] {
  return Object.entries(objectOf(input, "RequestItems")).map(([table, entries]) => ({
    resource: tableArn(table, upstream),
    covers: [...new Set(listOf(entries).map((entry) => onlyMember(entry, WRITE_ACTIONS).action))],
  }));
}

/** One requirement for each pair of item action and table; a transaction of a hundred items seldom needs more than a few. */
function transactedTables(input: JsonObject, upstream: Upstream, operation: string): readonly Touched[] {
  const needed = new Map<string, Touched>();
  for (const item of listOf(input["TransactItems"])) {
    const { action, value } = onlyMember(item, TRANSACT_ACTIONS);
    if (!mayTransact(operation, action)) throw malformed(`${action} in ${operation}`);
    if (!isObject(value)) throw malformed("an entry of TransactItems that is no object");
    const resource = tableArn(textOf(value, "TableName"), upstream);
    needed.set(`${action} ${resource}`, { action, resource });
  }
  return [...needed.values()];
}

/** The one member of an entry, and the action that it stands for. */
function onlyMember(
  entry: unknown,
  actions: Readonly<Record<string, string>>,
): { readonly action: string; readonly value: unknown } {
  const [member, ...others] = isObject(entry) ? Object.entries(entry) : [];
  const action = member !== undefined && Object.hasOwn(actions, member[0]) ? actions[member[0]] : undefined;
  if (member === undefined || action === undefined || others.length > 0) {
    throw malformed("an entry that is not one known action");
  }
  return { action, value: member[1] };
}

function objectOf(input: JsonObject, member: string): JsonObject {
  const value = input[member];
  if (!isObject(value) || Object.keys(value).length === 0) throw malformed(`${member} names nothing`);
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0)
    throw malformed("a list was expected, with something in it");
  return value;
}

function textOf(input: JsonObject, member: string): string {
  const value = input[member];
  if (typeof value !== "string") throw malformed(`${member} is not a string`);
  return value;
}
