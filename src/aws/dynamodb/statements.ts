import { malformed } from "../body.ts";
import { entriesOf, textOf } from "./members.ts";
import { ALL_ITEMS } from "./keys.ts";
import { indexArn, tableArn } from "./names.ts";
import { readStatement, type Verb } from "./partiql.ts";
import { distinct, type Touched } from "./touched.ts";
import type { Upstream } from "../service.ts";
import { isObject, type JsonObject, own } from "../strict-json.ts";

/** IAM action of each kind of statement, and those with the same effect. */
interface StatementAction {
  readonly action: string;
  readonly covers: readonly string[];
}

/**
 * By what a statement does (developer guide, IAM policies with PartiQL). Whether a `SELECT` gets an item, queries or
 * scans is DynamoDB's choice: who denies one of them means it.
 */
export const STATEMENT_ACTIONS: Readonly<Record<Verb, StatementAction>> = {
  select: {
    action: "dynamodb:PartiQLSelect",
    covers: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
  },
  insert: { action: "dynamodb:PartiQLInsert", covers: ["dynamodb:PutItem"] },
  update: { action: "dynamodb:PartiQLUpdate", covers: ["dynamodb:UpdateItem"] },
  delete: { action: "dynamodb:PartiQLDelete", covers: ["dynamodb:DeleteItem"] },
};

/** Where each operation has its statements; one is the input itself. */
const LISTS: Readonly<Record<string, string>> = {
  BatchExecuteStatement: "Statements",
  ExecuteTransaction: "TransactStatements",
};

const TRANSACTION = "ExecuteTransaction";

/** What `EXISTS` does as well: to DynamoDB it is the same function (API reference, ExecuteTransaction). */
const CHECKED = "dynamodb:ConditionCheckItem";

/** Actions that some of an operation's statements count as besides, for denies. */
export function maybeChecked(operation: string, verb: string): readonly string[] {
  return operation === TRANSACTION && verb === "select" ? [CHECKED] : [];
}

/** What conditions could be about, and no statement is read so far. */
const KEYS = new Map([
  ...ALL_ITEMS,
  ["dynamodb:select", "unknown"],
  ["dynamodb:returnvalues", "unknown"],
] as const);
const TRANSACTED = new Map([...KEYS, ["dynamodb:enclosingoperation", [TRANSACTION]]] as const);

/** The tables and indexes that statements in PartiQL name, each with the action of its statement. */
export function touchedByStatements(
  input: JsonObject,
  upstream: Upstream,
  operation: string,
): readonly Touched[] {
  const list = LISTS[operation];
  const entries = list === undefined ? [input] : entriesOf(own(input, list));
  return distinct(entries.map((entry) => touchedByOne(entry, upstream, operation)));
}

function touchedByOne(entry: unknown, upstream: Upstream, operation: string): Touched {
  if (!isObject(entry)) throw malformed("a statement that is no object");
  const { verb, table, index, exists } = readStatement(textOf(entry, "Statement"));
  if (exists && operation !== TRANSACTION) throw malformed("EXISTS outside of a transaction");
  const whole = tableArn(table, upstream);
  const keys = operation === TRANSACTION ? TRANSACTED : KEYS;
  const { action, covers } = STATEMENT_ACTIONS[verb];
  const said = { action, covers: exists ? [...covers, CHECKED] : covers, keys };
  if (index === undefined) return { ...said, resource: whole };
  return { ...said, resource: indexArn(whole, index), within: [whole] };
}
