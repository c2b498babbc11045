import { malformed } from "../body.ts";
import { textOf } from "./members.ts";
import { allTables, partByArn, type PartKind, tableArn, tableByArn } from "./names.ts";
import type { Touched } from "./touched.ts";
import type { Upstream } from "../service.ts";
import type { JsonObject } from "../strict-json.ts";

/**
 * The form of a shard iterator (API reference, GetShardIterator): its stream's ARN, a number, and what DynamoDB alone can
 * read. One of another form names no stream for certain. Whoever writes another ARN before the rest got that rest by
 * GetShardIterator on its own stream, which counts as GetRecords and GetItem for denies.
 */
const ITERATOR = /^(?<stream>arn:[^|]+)\|\d{1,4}\|[A-Za-z0-9+/=_.-]+$/;

/** The member that names a part of each kind. */
const MEMBERS: Readonly<Record<PartKind, string>> = {
  backup: "BackupArn",
  export: "ExportArn",
  import: "ImportArn",
  stream: "StreamArn",
};

/** Reads an operation on one part of a table; who denies the table means its parts too. */
export function touchedPart(kind: PartKind): (input: JsonObject, upstream: Upstream) => readonly Touched[] {
  return (input, upstream) => [partOf(textOf(input, MEMBERS[kind]), kind, upstream)];
}

/** The stream that an iterator goes through. */
export function iteratedStream(input: JsonObject, upstream: Upstream): readonly Touched[] {
  const stream = ITERATOR.exec(textOf(input, "ShardIterator"))?.groups?.["stream"];
  if (stream === undefined) throw malformed("ShardIterator does not name its stream");
  return [partOf(stream, "stream", upstream)];
}

/** A table or a stream: what can have tags and a policy. */
export function touchedResource(input: JsonObject, upstream: Upstream): readonly Touched[] {
  const arn = textOf(input, "ResourceArn");
  if (arn.includes("/stream/")) return [partOf(arn, "stream", upstream)];
  return [{ resource: tableByArn(arn, upstream) }];
}

/** The table that is listed of, or all of them. */
export function listedTable(input: JsonObject, upstream: Upstream): readonly Touched[] {
  if (input["TableArn"] === undefined) return everyTable(input, upstream);
  return [{ resource: tableByArn(textOf(input, "TableArn"), upstream) }];
}

/** All tables, as AWS names them where one action is on all. */
export function everyTable(_input: JsonObject, upstream: Upstream): readonly Touched[] {
  return [{ resource: `${allTables(upstream)}*` }];
}

/** Nothing that IAM knows; who denies a table means what is told of it alone, too. */
export function touchedNothing(input: JsonObject, upstream: Upstream): readonly Touched[] {
  if (input["TableName"] === undefined) return [{ resource: "*" }];
  return [{ resource: "*", within: [tableArn(textOf(input, "TableName"), upstream)] }];
}

function partOf(text: string, kind: PartKind, upstream: Upstream): Touched {
  const { arn, table } = partByArn(text, kind, upstream);
  return { resource: arn, within: [table] };
}
