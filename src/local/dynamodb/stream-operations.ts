import { createHash } from "node:crypto";
import type { Input } from "./engine.ts";
import { modelledFault, validationException } from "./faults.ts";
import { positionOf, sequenceNumber } from "./streams.ts";
import type { Recorded, Stream, Streams } from "./streams.ts";

/** One operation of the API of DynamoDB Streams. @throws DynamoDbFault */
export type StreamOperation = (input: Input) => Record<string, unknown>;

/** Where an iterator stands. */
interface Iterator {
  readonly stream: Stream;
  readonly position: number;
}

const ITERATOR_LIFE_MS = 15 * 60 * 1000;
const MAX_RECORDS = 1000;
const MAX_STREAMS = 100;

/** The operations of DynamoDB Streams, by name. */
export function streamOperations(
  streams: Streams,
  { region, now }: { readonly region: string; readonly now: () => number },
): ReadonlyMap<string, StreamOperation> {
  return new Map<string, StreamOperation>([
    ["ListStreams", (input) => listStreams(streams, input)],
    ["DescribeStream", (input) => describeStream(findStream(streams, input), input)],
    [
      "GetShardIterator",
      (input) => {
        const stream = findStream(streams, input);
        return { ShardIterator: writeIterator({ stream, position: startOf(stream, input) }, now()) };
      },
    ],
    [
      "GetRecords",
      (input) =>
        getRecords(readIterator(streams, text(input, "ShardIterator"), now()), input, { region, now }),
    ],
  ]);
}

function listStreams(streams: Streams, input: Input): Record<string, unknown> {
  const { TableName, ExclusiveStartStreamArn: after } = input;
  const max = limit(input, MAX_STREAMS);
  const rest = streams
    .all()
    .filter(({ tableName }) => TableName === undefined || tableName === TableName)
    .filter(({ arn }) => typeof after !== "string" || arn > after);
  const page = rest.slice(0, max);
  const last = rest.length > page.length ? page.at(-1)?.arn : undefined;
  return {
    Streams: page.map(({ arn, tableName, label }) => ({
      StreamArn: arn,
      TableName: tableName,
      StreamLabel: label,
    })),
    ...(last !== undefined && { LastEvaluatedStreamArn: last }),
  };
}

function describeStream(stream: Stream, input: Input): Record<string, unknown> {
  const { shardId, isEnabled, next } = stream;
  const shard = {
    ShardId: shardId,
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumber(0),
      ...(!isEnabled && { EndingSequenceNumber: sequenceNumber(Math.max(next - 1, 0)) }),
    },
  };
  return {
    StreamDescription: {
      StreamArn: stream.arn,
      StreamLabel: stream.label,
      StreamStatus: isEnabled ? "ENABLED" : "DISABLED",
      StreamViewType: stream.view,
      CreationRequestDateTime: stream.createdAtMs / 1000,
      TableName: stream.tableName,
      KeySchema: stream.keySchema,
      Shards: input["ExclusiveStartShardId"] === undefined ? [shard] : [],
    },
  };
}

function startOf(stream: Stream, input: Input): number {
  if (text(input, "ShardId") !== stream.shardId) {
    throw notFound(`Shard does not exist: ${String(input["ShardId"])} in stream ${stream.arn}`);
  }
  const type = text(input, "ShardIteratorType");
  if (type === "TRIM_HORIZON") return oldestOf(stream);
  if (type === "LATEST") return stream.next;
  if (type === "AT_SEQUENCE_NUMBER") return namedPosition(stream, input);
  if (type === "AFTER_SEQUENCE_NUMBER") return namedPosition(stream, input) + 1;
  throw validationException(
    `1 validation error detected: Value '${type}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]`,
  );
}

function namedPosition(stream: Stream, input: Input): number {
  const position = positionOf(text(input, "SequenceNumber"));
  if (position === undefined || position < 0 || position >= stream.next)
    throw validationException("Invalid SequenceNumber");
  if (position < oldestOf(stream)) throw trimmed();
  return position;
}

function oldestOf({ records, next }: Stream): number {
  return records[0]?.position ?? next;
}

function getRecords(
  { stream, position }: Iterator,
  input: Input,
  { region, now }: { readonly region: string; readonly now: () => number },
): Record<string, unknown> {
  const oldest = oldestOf(stream);
  if (position < oldest) throw trimmed();
  const page = stream.records.slice(position - oldest).slice(0, limit(input, MAX_RECORDS));
  const next = position + page.length;
  const isOver = !stream.isEnabled && next >= stream.next;
  return {
    Records: page.map((record) => renderRecord(stream, record, region)),
    ...(!isOver && { NextShardIterator: writeIterator({ stream, position: next }, now()) }),
  };
}

function renderRecord({ arn, view }: Stream, record: Recorded, region: string): Record<string, unknown> {
  const { before, after, key, atMs } = record;
  const images = {
    Keys: key,
    ...(after !== undefined && view.includes("NEW") && { NewImage: after }),
    ...(before !== undefined && view.includes("OLD") && { OldImage: before }),
  };
  const SequenceNumber = sequenceNumber(record.position);
  return {
    eventID: createHash("md5").update(`${arn} ${SequenceNumber}`).digest("hex"),
    eventName: nameOf(record),
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(atMs / 1000),
      ...images,
      SequenceNumber,
      SizeBytes: Buffer.byteLength(JSON.stringify(images)),
      StreamViewType: view,
    },
  };
}

function nameOf({ before, after }: Recorded): "INSERT" | "MODIFY" | "REMOVE" {
  if (after === undefined) return "REMOVE";
  return before === undefined ? "INSERT" : "MODIFY";
}

function findStream(streams: Streams, input: Input): Stream {
  const arn = text(input, "StreamArn");
  const stream = streams.find(arn);
  if (stream === undefined) throw notFound(`Requested resource not found: Stream: ${arn} not found`);
  return stream;
}

function writeIterator({ stream, position }: Iterator, nowMs: number): string {
  const where = Buffer.from(JSON.stringify([position, nowMs])).toString("base64");
  return `${stream.arn}|1|${where}`;
}

function readIterator(streams: Streams, iterator: string, nowMs: number): Iterator {
  const [arn = "", , where = ""] = iterator.split("|");
  const stream = streams.find(arn);
  const [, position, madeMs] = /^\[(\d+),(\d+)\]$/.exec(Buffer.from(where, "base64").toString("utf8")) ?? [];
  if (stream === undefined || position === undefined) throw validationException("Invalid ShardIterator");
  if (Number(madeMs) + ITERATOR_LIFE_MS <= nowMs) {
    throw modelledFault("ExpiredIteratorException", { message: "Iterator expired" });
  }
  return { stream, position: Number(position) };
}

function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === "string") return value;
  throw validationException(`The parameter '${name}' is required but was not present in the request`);
}

function limit({ Limit }: Input, most: number): number {
  if (Limit === undefined || Limit === null) return most;
  if (Number.isInteger(Limit) && Number(Limit) >= 1 && Number(Limit) <= most) return Number(Limit);
  throw validationException(
    `1 validation error detected: Value '${JSON.stringify(Limit)}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${most}`,
  );
}

function notFound(message: string): Error {
  return modelledFault("ResourceNotFoundException", { message });
}

function trimmed(): Error {
  return modelledFault("TrimmedDataAccessException", { message: "Attempt to access trimmed data" });
}
