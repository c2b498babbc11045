import { createRequire } from "node:module";
import { promisify } from "node:util";

/** A DynamoDB attribute value as JSON has it, such as `{"S": "text"}`. */
export type AttributeValue = Readonly<Record<string, unknown>>;

/** An item, or the key of one. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The input of an operation; what dynalite's validation has added is in it too. */
export type Input = Readonly<Record<string, unknown>>;

/** What a table is known by: DescribeTable's answer in part. */
export interface TableDescription {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeyPart[];
  readonly LocalSecondaryIndexes?: readonly IndexDescription[];
  readonly GlobalSecondaryIndexes?: readonly IndexDescription[];
}

/** A secondary index of a table. */
export interface IndexDescription {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyPart[];
}

/** One attribute of a key. */
export interface KeyPart {
  readonly AttributeName: string;
  readonly KeyType: "HASH" | "RANGE";
}

/** A refusal as DynamoDB sends it: `__type`, a message, and what else that error has. */
export class DynamoDbFault extends Error {
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: number;

  constructor(body: Readonly<Record<string, unknown>>, status = 400) {
    super(String(body["message"] ?? body["Message"] ?? body["__type"]));
    this.name = "DynamoDbFault";
    this.body = body;
    this.status = status;
  }
}

/** dynalite without its HTTP server. */
export interface Engine {
  readonly has: (operation: string) => boolean;
  /** @throws DynamoDbFault when the input is not what the operation takes */
  readonly validate: (operation: string, input: Input) => Input;
  /**
   * Runs an operation on input that was validated.
   *
   * @throws DynamoDbFault
   */
  readonly run: (operation: string, input: Input) => Promise<Record<string, unknown>>;
  /** @throws DynamoDbFault ResourceNotFoundException */
  readonly table: (name: string) => Promise<TableDescription>;
  /** What is wrong with an item or a key, given its table; undefined when it fits. */
  readonly misfit: (kind: "item" | "key", value: Item, table: TableDescription) => string | undefined;
  /** Whether the condition of a validated write holds for the item as it is now. */
  readonly conditionHolds: (input: Input, existing: Item | undefined) => boolean;
  readonly close: () => Promise<void>;
}

type Callback<T> = (error: Error | null, value?: T) => void;

interface DynaliteStore {
  readonly db: { close: () => Promise<void> };
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  readonly getTable: (name: string, callback: Callback<TableDescription>) => void;
}

interface DynaliteDb {
  create: (options: Readonly<Record<string, number>>) => DynaliteStore;
  validateItem: (item: Item, table: TableDescription) => Error | null | undefined;
  validateKey: (key: Item, table: TableDescription) => Error | null | undefined;
  checkConditional: (input: Input, existing: Item | undefined) => Error | null | undefined;
}

interface DynaliteValidations {
  checkTypes: (input: Input, types: unknown) => Input;
  checkValidations: (input: Input, types: unknown, custom: unknown, store: DynaliteStore) => void;
}

type Action = (store: DynaliteStore, input: Input, callback: Callback<Record<string, unknown>>) => void;

const OPERATIONS = [
  "BatchGetItem",
  "BatchWriteItem",
  "CreateTable",
  "DeleteItem",
  "DeleteTable",
  "DescribeTable",
  "GetItem",
  "ListTables",
  "ListTagsOfResource",
  "PutItem",
  "Query",
  "Scan",
  "TagResource",
  "UntagResource",
  "UpdateItem",
  "UpdateTable",
];

/** Tables change state at once: nobody wants to wait in a stand-in. */
const OPTIONS = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };

/** Starts dynalite in memory; account and region go into its ARNs. */
export function createEngine(account: string, region: string): Engine {
  // dynalite is CommonJS without types; its parts are loaded by path because its server is not wanted.
  const require = createRequire(import.meta.url);
  const db = require("dynalite/db") as DynaliteDb;
  const validations = require("dynalite/validations") as DynaliteValidations;
  const store = db.create(OPTIONS);
  store.tableDb.awsAccountId = account;
  store.tableDb.awsRegion = region;
  return {
    has: (operation) => OPERATIONS.includes(operation),
    validate: (operation, input) => {
      const rules = require(`dynalite/validations/${fileOf(operation)}`) as {
        types: unknown;
        custom?: unknown;
      };
      return faulty(() => {
        const typed = validations.checkTypes(structuredClone(input), rules.types);
        validations.checkValidations(typed, rules.types, rules.custom, store);
        return typed;
      });
    },
    run: async (operation, input) => {
      const action = require(`dynalite/actions/${fileOf(operation)}`) as Action;
      return (await promisify(action)(store, input).catch(rethrow)) ?? {};
    },
    table: async (name) => (await promisify(store.getTable)(name).catch(rethrow)) as TableDescription,
    misfit: (kind, value, table) =>
      (kind === "item" ? db.validateItem : db.validateKey)(value, table)?.message,
    conditionHolds: (input, existing) => (db.checkConditional(input, existing) ?? undefined) === undefined,
    close: () => store.db.close(),
  };
}

/** What dynalite says in an error with a body is an answer; anything else is a fault of the stand-in. */
function rethrow(error: unknown): never {
  const { statusCode, body } = error as { statusCode?: number; body?: Record<string, unknown> };
  if (statusCode !== undefined && body !== undefined) throw new DynamoDbFault(body, statusCode);
  throw error;
}

function faulty<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return rethrow(error);
  }
}

function fileOf(operation: string): string {
  return operation.charAt(0).toLowerCase() + operation.slice(1);
}
