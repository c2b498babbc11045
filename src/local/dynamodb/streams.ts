import { createHash } from "node:crypto";
import type { StreamView } from "../world.ts";
import type { Item, KeyPart } from "./engine.ts";
import { validationException } from "./faults.ts";

/** A change of one item. */
export interface Change {
  readonly key: Item;
  /** Undefined where the item was not there. */
  readonly before: Item | undefined;
  /** Undefined where it is gone. */
  readonly after: Item | undefined;
}

/** A change as a stream keeps it. */
export interface Recorded extends Change {
  /** Counts on without gaps, over all of a stream. */
  readonly position: number;
  readonly atMs: number;
}

/** The stream of a table: one shard, as long as the table has it. */
export interface Stream {
  readonly arn: string;
  /** When it was made, as its ARN says it. */
  readonly label: string;
  readonly tableName: string;
  readonly keySchema: readonly KeyPart[];
  readonly view: StreamView;
  readonly createdAtMs: number;
  readonly shardId: string;
  /** The youngest; older ones are trimmed away. */
  readonly records: readonly Recorded[];
  /** The position that the next change gets. */
  readonly next: number;
  readonly isEnabled: boolean;
}

/** All streams, of tables that are there and of some that were. */
export interface Streams {
  /** @throws DynamoDbFault ValidationException where there is one already */
  readonly enable: (tableName: string, keySchema: readonly KeyPart[], view: StreamView) => void;
  /** @throws DynamoDbFault ValidationException where there is none */
  readonly disable: (tableName: string) => void;
  /** Ends the stream of a table that is gone, if there is one. */
  readonly end: (tableName: string) => void;
  readonly isOn: (tableName: string) => boolean;
  readonly record: (tableName: string, change: Change) => void;
  /** In order of ARN. */
  readonly all: () => readonly Stream[];
  readonly find: (arn: string) => Stream | undefined;
  /** What the description of a table tells of its stream. */
  readonly described: (tableName: string) => Record<string, unknown>;
}

/** So many changes a stream remembers; AWS keeps them for a day. */
const KEPT = 10_000;

type Growing = { -readonly [Member in keyof Stream]: Stream[Member] } & { records: Recorded[] };

/** Makes none. */
export function createStreams(place: {
  readonly account: string;
  readonly region: string;
  readonly now: () => number;
}): Streams {
  const { account, region, now } = place;
  const streams = new Map<string, Growing>();
  const current = new Map<string, Growing>();
  const on = (tableName: string): Growing | undefined => {
    const stream = current.get(tableName);
    return stream?.isEnabled === true ? stream : undefined;
  };
  const end = (tableName: string): void => {
    const stream = on(tableName);
    if (stream !== undefined) stream.isEnabled = false;
  };
  return {
    enable: (tableName, keySchema, view) => {
      if (on(tableName) !== undefined)
        throw validationException(`Table already has an enabled stream: TableName: ${tableName}`);
      const label = freshLabel(current.get(tableName)?.label, now());
      const arn = `arn:aws:dynamodb:${region}:${account}:table/${tableName}/stream/${label}`;
      const stream = newStream({ arn, label, tableName, keySchema, view, createdAtMs: now() });
      streams.set(arn, stream);
      current.set(tableName, stream);
    },
    disable: (tableName) => {
      if (on(tableName) === undefined)
        throw validationException(`Table has no stream to disable: TableName: ${tableName}`);
      end(tableName);
    },
    end: (tableName) => {
      end(tableName);
      current.delete(tableName);
    },
    isOn: (tableName) => on(tableName) !== undefined,
    record: (tableName, change) => {
      const stream = on(tableName);
      if (stream !== undefined) append(stream, { ...change, position: stream.next, atMs: now() });
    },
    all: () => [...streams.values()].toSorted((left, right) => (left.arn < right.arn ? -1 : 1)),
    find: (arn) => streams.get(arn),
    described: (tableName) => describe(current.get(tableName)),
  };
}

function append(stream: Growing, record: Recorded): void {
  stream.next++;
  stream.records.push(record);
  if (stream.records.length > KEPT) stream.records.shift();
}

/** The number that a change has for those who read it: 21 digits and more. */
export function sequenceNumber(position: number): string {
  return String(FIRST_SEQUENCE + BigInt(position));
}

/** The position of a sequence number; undefined where it is none. */
export function positionOf(sequence: string): number | undefined {
  return /^\d{21,40}$/.test(sequence) ? Number(BigInt(sequence) - FIRST_SEQUENCE) : undefined;
}

const FIRST_SEQUENCE = 100_000_000_000_000_000_000n;

type Named = Pick<Stream, "arn" | "label" | "tableName" | "keySchema" | "view" | "createdAtMs">;

function newStream(named: Named): Growing {
  const digest = createHash("sha256").update(named.arn).digest("hex").slice(0, 8);
  const shardId = `shardId-${String(named.createdAtMs).padStart(20, "0")}-${digest}`;
  return { ...named, shardId, records: [], next: 0, isEnabled: true };
}

/** Two streams of a table never have one label, however short the time between them. */
function freshLabel(before: string | undefined, nowMs: number): string {
  const last = before === undefined ? -Infinity : Date.parse(`${before}Z`);
  return new Date(Math.max(nowMs, last + 1)).toISOString().slice(0, -1);
}

function describe(stream: Stream | undefined): Record<string, unknown> {
  if (stream === undefined) return {};
  const { arn, label, view, isEnabled } = stream;
  return {
    LatestStreamArn: arn,
    LatestStreamLabel: label,
    ...(isEnabled && { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
  };
}
