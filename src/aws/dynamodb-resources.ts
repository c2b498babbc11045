import type { Requirement } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import { parseArn } from "./arn.ts";
import { malformed } from "./body.ts";
import { type DynamoDbRow, TRANSACT_ACTIONS } from "./dynamodb-table.ts";
import type { Upstream } from "./service.ts";
import { isObject, type JsonObject } from "./strict-json.ts";

/** Names of tables and indexes (DynamoDB developer guide, naming rules). */
const NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/**
 * Reads from an operation's input every table and index that it touches.
 *
 * @throws Refusal body-malformed, target-ambiguous
 */
export function requirementsOf(
  name: string,
  row: DynamoDbRow,
  input: JsonObject,
  upstream: Upstream,
): readonly Requirement[] {
  const action = `dynamodb:${name}`;
  const covers = row.covers === undefined ? {} : { covers: row.covers };
  switch (row.naming) {
    case "table":
      return [{ action, resource: tableOrIndex(input, upstream), ...covers }];
    case "request-items":
      return membersOf(input["RequestItems"]).map((table) => ({
        action,
        resource: tableArn(table, upstream),
        ...covers,
      }));
    case "transact-items":
      return transactRequirements(input["TransactItems"], name, upstream);
    case "resource-arn":
      return [{ action, resource: tableByArn(text(input["ResourceArn"], "ResourceArn"), upstream) }];
    case "global-table": {
      const globalTable = checkName(text(input["GlobalTableName"], "GlobalTableName"));
      return [
        {
          action,
          resource: `arn:${upstream.partition}:dynamodb::${accountOf(upstream)}:global-table/${globalTable}`,
        },
      ];
    }
    case "all-tables":
      return [{ action, resource: `${tablesOf(upstream)}*` }];
    case "none":
      return [{ action, resource: "*" }];
  }
}

function tableOrIndex(input: JsonObject, upstream: Upstream): string {
  const table = tableArn(text(input["TableName"], "TableName"), upstream);
  const index = input["IndexName"];
  return index === undefined ? table : `${table}/index/${checkName(text(index, "IndexName"))}`;
}

/** One requirement for each pair of item action and table; a transaction of a hundred items seldom needs more than a few. */
function transactRequirements(items: unknown, operation: string, upstream: Upstream): readonly Requirement[] {
  if (!Array.isArray(items) || items.length === 0) throw malformed("no TransactItems");
  const needed = new Map<string, Requirement>();
  for (const item of items as readonly unknown[]) {
    const [kind, ...others] = membersOf(item);
    const action =
      kind === undefined || !Object.hasOwn(TRANSACT_ACTIONS, kind) ? undefined : TRANSACT_ACTIONS[kind];
    const fits = (kind === "Get") === (operation === "TransactGetItems");
    if (kind === undefined || action === undefined || others.length > 0 || !fits) {
      throw malformed("an entry of TransactItems that is not one known action");
    }
    const entry = (item as JsonObject)[kind];
    if (!isObject(entry)) throw malformed("an entry of TransactItems that is no object");
    const resource = tableArn(text(entry["TableName"], "TableName"), upstream);
    needed.set(`${action} ${resource}`, { action, resource });
  }
  return [...needed.values()];
}

function membersOf(value: unknown): readonly string[] {
  if (!isObject(value)) throw malformed("an object was expected");
  const members = Object.keys(value);
  if (members.length === 0) throw malformed("an empty object");
  return members;
}

function text(value: unknown, member: string): string {
  if (typeof value !== "string") throw malformed(`${member} is not a string`);
  return value;
}

/** DynamoDB takes a table's name or its ARN in the same member; both come out as the same ARN. */
function tableArn(table: string, upstream: Upstream): string {
  return table.startsWith("arn:") ? tableByArn(table, upstream) : `${tablesOf(upstream)}${checkName(table)}`;
}

function tableByArn(text: string, upstream: Upstream): string {
  const arn = parseArn(text);
  const name = arn?.resource.startsWith("table/") === true ? arn.resource.slice("table/".length) : "";
  const own =
    arn !== undefined &&
    arn.service === "dynamodb" &&
    arn.partition === upstream.partition &&
    arn.region === upstream.region &&
    arn.account === accountOf(upstream);
  if (!own)
    throw new Refusal("target-ambiguous", { detail: "a table of another account, region or partition" });
  return `${tablesOf(upstream)}${checkName(name)}`;
}

function tablesOf(upstream: Upstream): string {
  return `arn:${upstream.partition}:dynamodb:${upstream.region}:${accountOf(upstream)}:table/`;
}

/** The configuration demands an account for DynamoDB upstreams; a missing one is a fault of ours. */
function accountOf(upstream: Upstream): string {
  if (upstream.account === undefined)
    throw new Refusal("internal", { detail: `upstream ${upstream.name} has no account` });
  return upstream.account;
}

function checkName(name: string): string {
  if (!NAME.test(name)) throw malformed("not the name of a table or index");
  return name;
}
