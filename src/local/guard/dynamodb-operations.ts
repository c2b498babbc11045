import { givenArn, globalTableArn, indexArn, tableResource } from "./dynamodb-resource.ts";
import type { Place } from "./dynamodb-resource.ts";
import type { Requirement } from "./requirement.ts";

type Input = Readonly<Record<string, unknown>>;
type Needed = readonly (readonly [action: string, resource: string])[];

/**
 * Operations that are not about items → what they are about: `kind:Member` for each resource.
 *
 * Sources: Amazon DynamoDB API Reference, "Actions"; Service Authorization Reference, "Actions, resources, and condition
 * keys for Amazon DynamoDB".
 */
const TABLE = `
CreateBackup                        table:TableName
CreateGlobalTable                   global-table:GlobalTableName table:GlobalTableName
CreateTable                         table:TableName
DeleteBackup                        backup:BackupArn
DeleteResourcePolicy                table|stream:ResourceArn
DeleteTable                         table:TableName
DescribeBackup                      backup:BackupArn
DescribeContinuousBackups           table:TableName
DescribeContributorInsights         index:TableName
DescribeEndpoints                   *
DescribeExport                      export:ExportArn
DescribeGlobalTable                 global-table:GlobalTableName
DescribeGlobalTableSettings         global-table:GlobalTableName
DescribeImport                      import:ImportArn
DescribeKinesisStreamingDestination table:TableName
DescribeLimits                      *
DescribeTable                       table:TableName
DescribeTableReplicaAutoScaling     table:TableName
DescribeTimeToLive                  table:TableName
DisableKinesisStreamingDestination  table:TableName
EnableKinesisStreamingDestination   table:TableName
ExportTableToPointInTime            table:TableArn
GetResourcePolicy                   table|stream:ResourceArn
ImportTable                         table:TableCreationParameters.TableName
ListBackups                         *
ListContributorInsights             *
ListExports                         table?:TableArn
ListGlobalTables                    *
ListImports                         table?:TableArn
ListTables                          tables
ListTagsOfResource                  table|stream:ResourceArn
PutResourcePolicy                   table|stream:ResourceArn
RestoreTableFromBackup              backup:BackupArn table:TargetTableName
RestoreTableToPointInTime           source
SearchVectors                       index!:TableName
TagResource                         table|stream:ResourceArn
UntagResource                       table|stream:ResourceArn
UpdateContinuousBackups             table:TableName
UpdateContributorInsights           index:TableName
UpdateGlobalTable                   global-table:GlobalTableName table:GlobalTableName
UpdateGlobalTableSettings           global-table:GlobalTableName table:GlobalTableName
UpdateKinesisStreamingDestination   table:TableName
UpdateTable                         table:TableName
UpdateTableReplicaAutoScaling       table:TableName
UpdateTimeToLive                    table:TableName
`;

/** The same of DynamoDB Streams. */
const STREAMS_TABLE = `
DescribeStream   stream:StreamArn
GetRecords       iterator:ShardIterator
GetShardIterator stream:StreamArn
ListStreams      *
`;

/** Kind → the ARN of what a member names. */
const KINDS: ReadonlyMap<string, (value: unknown, place: Place, input: Input) => string> = new Map(
  Object.entries({
    "*": () => "*",
    "table?": (value, place) => (value === undefined ? anyTable(place) : tableResource(value, place).arn),
    tables: (_value, place) => anyTable(place),
    table: (value, place) => tableResource(value, place).arn,
    index: (value, place, { IndexName }) => indexArn(tableResource(value, place).arn, IndexName),
    "index!": (value, place, { IndexName }) => indexArn(tableResource(value, place).arn, IndexName ?? null),
    source: (_value, place, { SourceTableArn, SourceTableName }) =>
      tableResource(SourceTableArn ?? SourceTableName, place).arn,
    "global-table": globalTableArn,
    "table|stream": (value, place) => givenArn(value, ["table", "stream"], place),
    backup: (value, place) => givenArn(value, ["backup"], place),
    export: (value, place) => givenArn(value, ["export"], place),
    import: (value, place) => givenArn(value, ["import"], place),
    stream: (value, place) => givenArn(value, ["stream"], place),
    // A shard iterator begins with the ARN of its stream.
    iterator: (value, place) =>
      givenArn(typeof value === "string" ? value.split("|", 1)[0] : value, ["stream"], place),
  } satisfies Record<string, (value: unknown, place: Place, input: Input) => string>),
);

/** `X-Amz-Target` → its row. */
export const TARGETS: ReadonlyMap<string, readonly string[]> = new Map([
  ...rowsOf("DynamoDB_20120810", TABLE),
  ...rowsOf("DynamoDBStreams_20120810", STREAMS_TABLE),
]);

/** Whoever restores a table reads and writes the new one (Developer Guide, "Using IAM with DynamoDB backup and restore"). */
const RESTORING: readonly string[] = "BatchWriteItem DeleteItem GetItem PutItem Query Scan UpdateItem".split(
  " ",
);

/**
 * What IAM must allow for an operation that is not about items; undefined for any other.
 *
 * @throws LocalError `ValidationException` where the request does not name what it is about.
 */
export function tableRequirements(
  target: string,
  input: Input,
  place: Place,
): readonly Requirement[] | undefined {
  const specs = TARGETS.get(target);
  if (specs === undefined) return undefined;
  const operation = target.slice(target.indexOf(".") + 1);
  const own: Needed = specs.map((spec) => [operation, resourceOf(spec, input, place)]);
  const all = [...own, ...furtherNeeds(operation, input, { own, place })];
  return all.map(([action, resource]) => ({ action: `dynamodb:${action}`, resource, context: {} }));
}

function resourceOf(spec: string, input: Input, place: Place): string {
  const [kind = "", path = ""] = spec.split(":");
  const value = path.split(".").reduce<unknown>((from, name) => member(from, name), input);
  const resolve = KINDS.get(kind);
  if (resolve === undefined) throw new Error(`no such kind of resource: ${kind}`);
  return resolve(value, place, input);
}

/** What parts of a request need beyond the operation itself. */
function furtherNeeds(
  operation: string,
  input: Input,
  { own, place }: { readonly own: Needed; readonly place: Place },
): Needed {
  if (operation.startsWith("RestoreTable")) {
    const { arn } = tableResource(input["TargetTableName"], place);
    return RESTORING.map((action) => [action, arn]);
  }
  const [[, table] = ["", ""]] = own;
  if (operation === "CreateTable") {
    return [
      ...(input["Tags"] === undefined ? [] : [["TagResource", table] as const]),
      ...(input["ResourcePolicy"] === undefined ? [] : [["PutResourcePolicy", table] as const]),
    ];
  }
  if (operation !== "UpdateTable" || !Array.isArray(input["ReplicaUpdates"])) return [];
  const kinds = new Set(input["ReplicaUpdates"].flatMap((update) => Object.keys(asRecord(update))));
  return [
    ...(kinds.has("Create") ? [["CreateTableReplica", table] as const] : []),
    ...(kinds.has("Delete") ? [["DeleteTableReplica", table] as const] : []),
  ];
}

function anyTable({ region, account }: Place): string {
  return `arn:aws:dynamodb:${region}:${account}:table/*`;
}

function rowsOf(prefix: string, table: string): readonly (readonly [string, readonly string[]])[] {
  return table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([operation = "", ...specs]) => [`${prefix}.${operation}`, specs]);
}

function member(from: unknown, name: string): unknown {
  return Object.hasOwn(asRecord(from), name) ? asRecord(from)[name] : undefined;
}

function asRecord(value: unknown): Input {
  return typeof value === "object" && value !== null ? (value as Input) : {};
}
