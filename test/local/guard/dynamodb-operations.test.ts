import { describe, expect, it } from "vitest";
import { TARGETS } from "../../../src/local/guard/dynamodb-operations.ts";
import { parseDynamoDb } from "../../../src/local/guard/dynamodb-request.ts";

const PLACE = { account: "123456789012", region: "us-east-1", keySchemaOf: () => undefined };
const ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const GLOBAL = "arn:aws:dynamodb::123456789012:global-table/Orders";
const BACKUP = `${ORDERS}/backup/01489602797149-73d8d5bc`;
const EXPORT = `${ORDERS}/export/01695353076000-a1b2c3d4`;
const IMPORT = `${ORDERS}/import/01695353076000-a1b2c3d4`;
const STREAM = `${ORDERS}/stream/2026-11-21T08:02:28.000`;
const TableName = "Orders";
const RESTORING = "BatchWriteItem DeleteItem GetItem PutItem Query Scan UpdateItem";

/** Operation, input, and what it needs: an action a word, the operation itself where none is said, on a resource. */
const CASES: readonly (readonly [operation: string, input: object, ...needs: readonly string[]])[] = [
  ["CreateBackup", { TableName, BackupName: "b" }, ORDERS],
  ["CreateGlobalTable", { GlobalTableName: TableName }, GLOBAL, ORDERS],
  ["CreateTable", { TableName }, ORDERS],
  ["CreateTable", { TableName, Tags: [] }, ORDERS, `TagResource ${ORDERS}`],
  ["CreateTable", { TableName, ResourcePolicy: "{}" }, ORDERS, `PutResourcePolicy ${ORDERS}`],
  ["DeleteBackup", { BackupArn: BACKUP }, BACKUP],
  ["DeleteResourcePolicy", { ResourceArn: STREAM }, STREAM],
  ["DeleteTable", { TableName: ORDERS }, ORDERS],
  ["DescribeBackup", { BackupArn: BACKUP }, BACKUP],
  ["DescribeContinuousBackups", { TableName }, ORDERS],
  ["DescribeContributorInsights", { TableName }, ORDERS],
  ["DescribeContributorInsights", { TableName, IndexName: "i" }, `${ORDERS}/index/i`],
  ["DescribeEndpoints", {}, "*"],
  ["DescribeExport", { ExportArn: EXPORT }, EXPORT],
  ["DescribeGlobalTable", { GlobalTableName: TableName }, GLOBAL],
  ["DescribeGlobalTableSettings", { GlobalTableName: TableName }, GLOBAL],
  ["DescribeImport", { ImportArn: IMPORT }, IMPORT],
  ["DescribeKinesisStreamingDestination", { TableName }, ORDERS],
  ["DescribeLimits", {}, "*"],
  ["DescribeTable", { TableName }, ORDERS],
  ["DescribeTableReplicaAutoScaling", { TableName }, ORDERS],
  ["DescribeTimeToLive", { TableName }, ORDERS],
  ["DisableKinesisStreamingDestination", { TableName, StreamArn: "arn:aws:kinesis:x" }, ORDERS],
  ["EnableKinesisStreamingDestination", { TableName, StreamArn: "arn:aws:kinesis:x" }, ORDERS],
  ["ExportTableToPointInTime", { TableArn: ORDERS, S3Bucket: "b" }, ORDERS],
  ["GetResourcePolicy", { ResourceArn: ORDERS }, ORDERS],
  ["ImportTable", { TableCreationParameters: { TableName } }, ORDERS],
  ["ListBackups", { TableName }, "*"],
  ["ListContributorInsights", {}, "*"],
  ["ListExports", {}, ORDERS.replace("Orders", "*")],
  ["ListExports", { TableArn: ORDERS }, ORDERS],
  ["ListGlobalTables", {}, "*"],
  ["ListImports", {}, ORDERS.replace("Orders", "*")],
  ["ListImports", { TableArn: ORDERS }, ORDERS],
  ["ListTables", {}, ORDERS.replace("Orders", "*")],
  ["ListTagsOfResource", { ResourceArn: ORDERS }, ORDERS],
  ["PutResourcePolicy", { ResourceArn: STREAM, Policy: "{}" }, STREAM],
  [
    "RestoreTableFromBackup",
    { BackupArn: BACKUP, TargetTableName: "Fresh" },
    BACKUP,
    ORDERS.replace("Orders", "Fresh"),
    ...RESTORING.split(" ").map((action) => `${action} ${ORDERS.replace("Orders", "Fresh")}`),
  ],
  [
    "RestoreTableToPointInTime",
    { SourceTableName: "Old", TargetTableName: "Orders" },
    ORDERS.replace("Orders", "Old"),
    ...RESTORING.split(" ").map((action) => `${action} ${ORDERS}`),
  ],
  ["SearchVectors", { TableName, IndexName: "i" }, `${ORDERS}/index/i`],
  ["TagResource", { ResourceArn: ORDERS }, ORDERS],
  ["UntagResource", { ResourceArn: STREAM }, STREAM],
  ["UpdateContinuousBackups", { TableName }, ORDERS],
  ["UpdateContributorInsights", { TableName, IndexName: "i" }, `${ORDERS}/index/i`],
  ["UpdateGlobalTable", { GlobalTableName: TableName }, GLOBAL, ORDERS],
  ["UpdateGlobalTableSettings", { GlobalTableName: TableName }, GLOBAL, ORDERS],
  ["UpdateKinesisStreamingDestination", { TableName }, ORDERS],
  ["UpdateTable", { TableName }, ORDERS],
  [
    "UpdateTable",
    { TableName, ReplicaUpdates: [{ Create: {} }, { Delete: {} }] },
    ORDERS,
    `CreateTableReplica ${ORDERS}`,
    `DeleteTableReplica ${ORDERS}`,
  ],
  ["UpdateTableReplicaAutoScaling", { TableName }, ORDERS],
  ["UpdateTimeToLive", { TableName }, ORDERS],
];

const STREAM_CASES: typeof CASES = [
  ["DescribeStream", { StreamArn: STREAM }, STREAM],
  ["GetRecords", { ShardIterator: `${STREAM}|1|AAAAAAAAAAEvJp6D` }, STREAM],
  ["GetShardIterator", { StreamArn: STREAM, ShardId: "s" }, STREAM],
  ["ListStreams", { TableName }, "*"],
];

const ALL = [
  ...CASES.map((one) => ({ api: "DynamoDB_20120810", one })),
  ...STREAM_CASES.map((one) => ({ api: "DynamoDBStreams_20120810", one })),
].map(({ api, one: [operation, input, ...needs] }) => ({
  target: `${api}.${operation}`,
  operation,
  input,
  needs,
}));

function parse(target: string, input: object) {
  return parseDynamoDb(target, Buffer.from(JSON.stringify(input)), PLACE);
}

describe("operations of DynamoDB that are not about items", () => {
  it.each(ALL)("read $target of $input", ({ target, operation, input, needs }) => {
    const call = parse(target, input);
    expect(call.operation).toBe(operation);
    expect(call.requirements.map(({ action, resource }) => `${action} ${resource}`)).toEqual(
      needs.map((need) => `dynamodb:${need.includes(" ") ? need : `${operation} ${need}`}`),
    );
  });

  it("are all in these cases", () => {
    const told = new Set(ALL.map(({ target }) => target));
    expect([...TARGETS.keys()].toSorted()).toEqual([...told].toSorted());
  });

  it.each([
    ["DynamoDB_20120810.DeleteTable", {}],
    ["DynamoDB_20120810.DeleteTable", { TableName: STREAM }],
    ["DynamoDB_20120810.DeleteTable", { TableName: ORDERS.replace("us-east-1", "eu-west-1") }],
    ["DynamoDB_20120810.DeleteBackup", { BackupArn: ORDERS }],
    ["DynamoDB_20120810.DeleteBackup", { BackupArn: `${ORDERS}/backup/a/b` }],
    ["DynamoDB_20120810.DescribeExport", { ExportArn: IMPORT }],
    ["DynamoDB_20120810.PutResourcePolicy", { ResourceArn: "Orders" }],
    ["DynamoDB_20120810.PutResourcePolicy", { ResourceArn: `${ORDERS}/index/i` }],
    ["DynamoDB_20120810.ImportTable", { TableName }],
    ["DynamoDB_20120810.SearchVectors", { TableName }],
    ["DynamoDB_20120810.ListExports", { TableArn: "a/b" }],
    ["DynamoDB_20120810.RestoreTableFromBackup", { BackupArn: BACKUP }],
    ["DynamoDB_20120810.RestoreTableToPointInTime", { TargetTableName: "a" }],
    ["DynamoDB_20120810.UpdateContributorInsights", { TableName, IndexName: "a/b" }],
    ["DynamoDB_20120810.DescribeGlobalTable", { GlobalTableName: ORDERS }],
    [
      "DynamoDBStreams_20120810.DescribeStream",
      { StreamArn: STREAM.replace("123456789012", "999999999999") },
    ],
    ["DynamoDBStreams_20120810.GetRecords", { ShardIterator: "AAAA" }],
    ["DynamoDBStreams_20120810.GetRecords", { ShardIterator: `x|${STREAM}|` }],
    ["DynamoDBStreams_20120810.GetRecords", { ShardIterator: [STREAM] }],
  ])("refuse to be about nothing: %s of %j", (target, input) => {
    expect(() => parse(target, input)).toThrowError(
      expect.objectContaining({ code: "ValidationException", status: 400 }),
    );
  });
});
