import { capture, isCaptured } from "./change-capture.ts";
import { DynamoDbFault } from "./engine.ts";
import type { Engine, Input } from "./engine.ts";
import { modelledFault, unknownOperation } from "./faults.ts";
import { createGate } from "./gate.ts";
import type { Gate } from "./gate.ts";
import { PARTIQL_OPERATIONS, runPartiQl } from "./partiql.ts";
import { streamOperations } from "./stream-operations.ts";
import type { StreamOperation } from "./stream-operations.ts";
import { createStreams } from "./streams.ts";
import type { Streams } from "./streams.ts";
import { runTableOperation } from "./table-operations.ts";
import { createTimeToLive } from "./time-to-live.ts";
import type { TimeToLive } from "./time-to-live.ts";
import { createTransactions } from "./transactions.ts";
import type { Transactions } from "./transactions.ts";

/** What the operations work on. */
export interface Parts {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly transactions: Transactions;
  readonly timeToLive: TimeToLive;
  readonly streams: Streams;
  readonly streamOperations: ReadonlyMap<string, StreamOperation>;
  readonly region: string;
}

/** Puts together what the operations work on. */
export function createParts(
  engine: Engine,
  place: { readonly account: string; readonly region: string; readonly now: () => number },
): Parts {
  const streams = createStreams(place);
  return {
    engine,
    gate: createGate(),
    transactions: createTransactions(engine, place.now),
    timeToLive: createTimeToLive(engine),
    streams,
    streamOperations: streamOperations(streams, place),
    region: place.region,
  };
}

/**
 * Does one call of DynamoDB or its streams.
 *
 * Transactions and what a stream is to tell of run alone, everything else side by side: nobody sees half of anything.
 *
 * @throws DynamoDbFault
 */
export async function perform(
  parts: Parts,
  operation: string,
  input: Input,
): Promise<Record<string, unknown>> {
  const { gate, streams, streamOperations } = parts;
  const ofStreams = streamOperations.get(operation);
  if (ofStreams !== undefined) return ofStreams(input);
  if (PARTIQL_OPERATIONS.has(operation)) {
    return await runPartiQl(parts.engine, { operation, input }, (inner, call) => perform(parts, inner, call));
  }
  if (isCaptured(streams, operation, input))
    return await gate.alone(() => capture(parts, { operation, input }, () => run(parts, operation, input)));
  return needsAll(operation, input)
    ? await gate.alone(() => run(parts, operation, input))
    : await gate.together(() => run(parts, operation, input));
}

function needsAll(operation: string, input: Input): boolean {
  return operation.startsWith("Transact") || input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD";
}

async function run(parts: Parts, operation: string, input: Input): Promise<Record<string, unknown>> {
  const { engine, transactions, timeToLive, region } = parts;
  switch (operation) {
    case "TransactWriteItems":
      return await transactions.write(input);
    case "TransactGetItems":
      return await transactions.read(input);
    case "UpdateTimeToLive":
      return await timeToLive.update(input);
    case "DescribeTimeToLive":
      return await timeToLive.describe(input);
    case "DescribeEndpoints":
      return { Endpoints: [{ Address: `dynamodb.${region}.amazonaws.com`, CachePeriodInMinutes: 1440 }] };
    case "CreateTable":
    case "UpdateTable":
    case "DeleteTable":
    case "DescribeTable":
      return await runTableOperation(parts, operation, input);
    default:
      if (!engine.has(operation)) throw unknownOperation();
      return input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD"
        ? await runAndShow(engine, operation, input)
        : await engine.run(operation, engine.validate(operation, input));
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
