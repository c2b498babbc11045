import type { Requirement } from "../../domain/operation.ts";
import { malformed } from "../body.ts";
import { batchAccesses, batchedKeys } from "./batch-keys.ts";
import { ACCESS_FORMS } from "./forms.ts";
import { accessKeys, ATTRIBUTES, LEADING_KEYS, namesAllItReaches, textEntry } from "./keys.ts";
import { checkCount, entriesOf, MAX_WRITES, objectOf, textOf } from "./members.ts";
import { allTables, indexArn, tableArn } from "./names.ts";
import { mayTransact, TRANSACT_ACTIONS } from "./table.ts";
import type { KeyEntry } from "./key-entry.ts";
import { distinct, type Touched } from "./touched.ts";
import type { TableKeys, Upstream } from "../service.ts";
import { isObject, type JsonObject } from "../strict-json.ts";

/** Members of an entry of BatchWriteItem, with the item action that each has the effect of. */
const WRITE_ACTIONS: Readonly<Record<string, string>> = {
  PutRequest: "dynamodb:PutItem",
  DeleteRequest: "dynamodb:DeleteItem",
};

/** `TableName`: where the operation is an item action, with what it says of the item. */
export function touchedTable(input: JsonObject, upstream: Upstream, operation: string): readonly Touched[] {
  const table = tableArn(textOf(input, "TableName"), upstream);
  const place = { upstream, table, request: capacityOf(input) };
  return [{ resource: table, ...keysOf(`dynamodb:${operation}`, input, place) }];
}

/** To IAM an index is a resource of its own; who denies the table means what is read through its indexes too. */
export function touchedIndex(input: JsonObject, upstream: Upstream, operation: string): readonly Touched[] {
  if (input["IndexName"] === undefined) return touchedTable(input, upstream, operation);
  const table = tableArn(textOf(input, "TableName"), upstream);
  const index = textOf(input, "IndexName");
  const place = { upstream, table, index, request: capacityOf(input) };
  const keys = keysOf(`dynamodb:${operation}`, input, place);
  return [{ resource: indexArn(table, index), within: [table], ...keys }];
}

/** The tables of BatchGetItem, once for each of its keys that conditions can tell from the others. */
export function readTables(input: JsonObject, upstream: Upstream): readonly Touched[] {
  const request = capacityOf(input);
  const parts = tablesOf(input).map(([table, value]) => [table, isObject(value) ? value : {}] as const);
  checkCount(parts.reduce((count, [, part]) => count + batchedKeys(part).length, 0));
  return parts.flatMap(([table, part]) => {
    const resource = tableArn(table, upstream);
    const partitionKey = schemaOf(resource, upstream)?.partitionKey;
    return batchAccesses(part, partitionKey, request).map((keys) => ({ resource, ...keys }));
  });
}

/** IAM decides the batch as one action; a deny on what its entries do to a table counts too. */
export function writtenTables(input: JsonObject, upstream: Upstream): readonly Touched[] {
  const request = capacityOf(input);
  const lists = tablesOf(input).map(([table, value]) => [table, entriesOf(value, MAX_WRITES)] as const);
  checkCount(
    lists.reduce((count, [, entries]) => count + entries.length, 0),
    MAX_WRITES,
  );
  const touched = lists.flatMap(([table, entries]) => {
    const resource = tableArn(table, upstream);
    return entries.map((entry) => {
      const { member, action, value } = onlyMember(entry, WRITE_ACTIONS);
      const place = { upstream, table: resource, request };
      return { resource, covers: [action], ...keysOf(member, isObject(value) ? value : {}, place) };
    });
  });
  return distinct(touched);
}

/** What a batch says of each table; it has an entry of each at least. */
function tablesOf(input: JsonObject): readonly (readonly [table: string, value: unknown])[] {
  const tables = Object.entries(objectOf(input, "RequestItems"));
  checkCount(tables.length);
  return tables;
}

/** Each entry of a transaction is decided as the item action that it is. */
export function transactedTables(
  input: JsonObject,
  upstream: Upstream,
  operation: string,
): readonly Touched[] {
  const request: readonly KeyEntry[] = [...capacityOf(input), ["dynamodb:enclosingoperation", [operation]]];
  const touched = entriesOf(input["TransactItems"]).map((item) => {
    const { action, value } = onlyMember(item, TRANSACT_ACTIONS);
    if (!mayTransact(operation, action)) throw malformed(`${action} in ${operation}`);
    if (!isObject(value)) throw malformed("an entry of TransactItems that is no object");
    const resource = tableArn(textOf(value, "TableName"), upstream);
    return { action, resource, ...keysOf(action, value, { upstream, table: resource, request }) };
  });
  return distinct(touched);
}

interface Place {
  readonly upstream: Upstream;
  /** The table's ARN. */
  readonly table: string;
  readonly index?: string;
  readonly request: readonly KeyEntry[];
}

/** What conditions can tell of an access; nothing where it is not one to items. */
function keysOf(
  access: string,
  input: JsonObject,
  { upstream, table, index, request }: Place,
): Pick<Requirement, "keys" | "partial"> {
  const form = ACCESS_FORMS.get(access);
  if (form === undefined) return {};
  const schema = schemaOf(table, upstream);
  const partitionKey = index === undefined ? schema?.partitionKey : schema?.indexes.get(index);
  const keys = accessKeys({ form, input, partitionKey, request });
  // An index finds items of any leading key of the table.
  const partial = partitionKey === schema?.partitionKey ? [] : [LEADING_KEYS];
  if (!namesAllItReaches(form, input, keys)) partial.push(ATTRIBUTES);
  return partial.length === 0 ? { keys } : { keys, partial };
}

/** What the configuration tells of a table. */
function schemaOf(table: string, upstream: Upstream): TableKeys | undefined {
  return upstream.tables.get(table.slice(allTables(upstream).length));
}

function capacityOf(input: JsonObject): readonly KeyEntry[] {
  return textEntry("dynamodb:returnconsumedcapacity", input, "ReturnConsumedCapacity");
}

/** The one member of an entry, and the action that it stands for. */
function onlyMember(
  entry: unknown,
  actions: Readonly<Record<string, string>>,
): { readonly member: string; readonly action: string; readonly value: unknown } {
  const [member, ...others] = isObject(entry) ? Object.entries(entry) : [];
  const action = member !== undefined && Object.hasOwn(actions, member[0]) ? actions[member[0]] : undefined;
  if (member === undefined || action === undefined || others.length > 0) {
    throw malformed("an entry that is not one known action");
  }
  return { member: member[0], action, value: member[1] };
}
