import { LocalError } from "../request.ts";

type Input = Readonly<Record<string, unknown>>;

/** One access to the items of one table. */
export interface DynamoDbEntry {
  readonly action: string;
  /** As the request writes it. */
  readonly table: unknown;
  readonly index?: string;
  /** The parts of the request that name keys and attributes. */
  readonly parts: readonly Input[];
  /** `dynamodb:EnclosingOperation`. */
  readonly enclosing?: string;
  /** `dynamodb:Select`. */
  readonly select?: string | undefined;
  /** `dynamodb:ReturnValues`. */
  readonly returnValues?: string | undefined;
  /** `dynamodb:ReturnConsumedCapacity`. */
  readonly returnConsumedCapacity?: string | undefined;
}

/**
 * The accesses that a call makes to items; undefined for an operation that is not about items.
 *
 * @throws LocalError `ValidationException` for a batch or a transaction that is not shaped like one.
 */
export function dynamoDbEntries(operation: string, input: Input): readonly DynamoDbEntry[] | undefined {
  const read = READERS.get(operation);
  if (read === undefined) return undefined;
  const entries = read(operation, input);
  if (entries.length === 0) throw invalid("A batch or a transaction must have at least one entry");
  const returnConsumedCapacity = text(input["ReturnConsumedCapacity"]);
  return entries.map((entry) => ({ ...entry, returnConsumedCapacity }));
}

type Reader = (operation: string, input: Input) => readonly DynamoDbEntry[];

const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    GetItem: readSingle,
    PutItem: writeSingle,
    UpdateItem: writeSingle,
    DeleteItem: writeSingle,
    Query: readMany,
    Scan: readMany,
    BatchGetItem: (operation, input) =>
      Object.entries(record(input["RequestItems"])).map(([table, request]) => {
        const parts = [
          record(request),
          ...list(record(request)["Keys"]).map((key) => ({ Key: record(key) })),
        ];
        return { action: `dynamodb:${operation}`, table, parts, select: selectOf(record(request)) };
      }),
    BatchWriteItem: (operation, input) =>
      Object.entries(record(input["RequestItems"])).map(([table, requests]) => {
        const parts = list(requests).flatMap((request) => Object.values(record(request)).map(record));
        return { action: `dynamodb:${operation}`, table, parts };
      }),
    TransactGetItems: transact,
    TransactWriteItems: transact,
  }),
);

/** What a transaction's entry is called → the action it needs. */
const TRANSACT_ACTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Get: "dynamodb:GetItem",
    Put: "dynamodb:PutItem",
    Update: "dynamodb:UpdateItem",
    Delete: "dynamodb:DeleteItem",
    ConditionCheck: "dynamodb:ConditionCheckItem",
  }),
);

function readSingle(operation: string, input: Input): readonly DynamoDbEntry[] {
  return [
    { action: `dynamodb:${operation}`, table: input["TableName"], parts: [input], select: selectOf(input) },
  ];
}

function writeSingle(operation: string, input: Input): readonly DynamoDbEntry[] {
  const returnValues = text(input["ReturnValues"]) ?? "NONE";
  return [{ action: `dynamodb:${operation}`, table: input["TableName"], parts: [input], returnValues }];
}

function readMany(operation: string, input: Input): readonly DynamoDbEntry[] {
  const index = text(input["IndexName"]);
  const entry = { action: `dynamodb:${operation}`, table: input["TableName"], parts: [input] };
  return [{ ...entry, ...(index === undefined ? {} : { index }), select: selectOf(input) }];
}

function transact(operation: string, input: Input): readonly DynamoDbEntry[] {
  return list(input["TransactItems"]).map((item) => {
    const [[kind, request] = ["", undefined], ...others] = Object.entries(record(item));
    const action = TRANSACT_ACTIONS.get(kind);
    if (action === undefined || others.length > 0)
      throw invalid("An entry of a transaction must be one request");
    const part = record(request);
    const select = kind === "Get" ? selectOf(part) : undefined;
    return { action, table: part["TableName"], parts: [part], enclosing: operation, select };
  });
}

/** What DynamoDB takes `Select` for when it is left out. */
function selectOf(input: Input): string {
  const given = text(input["Select"]);
  if (given !== undefined) return given;
  if (input["ProjectionExpression"] !== undefined || input["AttributesToGet"] !== undefined)
    return "SPECIFIC_ATTRIBUTES";
  return input["IndexName"] === undefined ? "ALL_ATTRIBUTES" : "ALL_PROJECTED_ATTRIBUTES";
}

function record(value: unknown): Input {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid("Expected a structure");
  return value as Input;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid("Expected a list");
  return value;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function invalid(message: string): LocalError {
  return new LocalError("ValidationException", message, 400);
}
