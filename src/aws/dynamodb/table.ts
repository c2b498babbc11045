/** Where an operation's input names its tables, and so what it touches. */
export type TableNaming =
  /** `TableName`. */
  | "table"
  /** `TableName`, and `IndexName` where it is given. */
  | "table-or-index"
  /** The member names of `RequestItems`. */
  | "request-items"
  /** The same; each value lists what is written. */
  | "write-items"
  /** `TransactItems`: each entry is an item action on a table. */
  | "transact-items"
  /** `Statement`, `Statements` or `TransactStatements`, in PartiQL. */
  | "statements"
  /** `ResourceArn`: a table or a stream, by ARN. */
  | "resource-arn"
  /** `TableArn`, or every table of the account where it is left out. */
  | "listed-table"
  /** `BackupArn`. */
  | "backup"
  /** `ExportArn`. */
  | "export"
  /** `ImportArn`. */
  | "import"
  /** `StreamArn`. */
  | "stream"
  /** `ShardIterator`, which begins with the ARN of its stream. */
  | "shard-iterator"
  /** `BackupArn` and `TargetTableName`. */
  | "restored-backup"
  /** `SourceTableName` or `SourceTableArn`, and `TargetTableName`. */
  | "restored-table"
  /** `GlobalTableName`. */
  | "global-table"
  /** Every table of the account. */
  | "all-tables"
  /** IAM knows no resource for it; `TableName` may say of which table it tells. */
  | "none";

/** The APIs that are signed as `dynamodb`: what stands before the date in their targets. */
export type DynamoDbApi = "DynamoDB" | "DynamoDBStreams";

/** One DynamoDB operation in IAM's words. */
export interface DynamoDbRow {
  readonly naming: TableNaming;
  /** The API that it belongs to. Default: `DynamoDB`. No name belongs to both. */
  readonly api?: DynamoDbApi;
  /** Actions with the same effect, for denies. */
  readonly covers?: readonly string[];
  /** Actions that members of the input need on the same resource. */
  readonly implies?: Readonly<Record<string, string>>;
  /** All the members that it accepts; others would reach for what is not read here. Default: any. */
  readonly members?: ReadonlySet<string>;
}

/** Members of an entry of `TransactItems`, with the item action that each is decided as. */
export const TRANSACT_ACTIONS: Readonly<Record<string, string>> = {
  Get: "dynamodb:GetItem",
  Put: "dynamodb:PutItem",
  Update: "dynamodb:UpdateItem",
  Delete: "dynamodb:DeleteItem",
  ConditionCheck: "dynamodb:ConditionCheckItem",
};

const READS = ["dynamodb:GetItem"];
const DELETES = ["dynamodb:DeleteItem"];
/** An iterator leads to the records, and only here is its stream told for certain. */
const ITERATES = ["dynamodb:GetRecords", ...READS];

const TABLE_SETTINGS = [
  "AttributeDefinitions",
  "BillingMode",
  "DeletionProtectionEnabled",
  "OnDemandThroughput",
  "ProvisionedThroughput",
  "SSESpecification",
  "StreamSpecification",
  "TableClass",
  "TableName",
  "WarmThroughput",
];

const RESTORE_SETTINGS = [
  "BillingModeOverride",
  "GlobalSecondaryIndexOverride",
  "LocalSecondaryIndexOverride",
  "OnDemandThroughputOverride",
  "ProvisionedThroughputOverride",
  "SSESpecificationOverride",
  "TargetTableName",
  "VectorIndexOverride",
];

/**
 * Operations of `DynamoDB_20120810` and `DynamoDBStreams_20120810` whose resources the body names in full (Service
 * Authorization Reference, Amazon DynamoDB). The others are in `not-taken.ts`.
 */
export const DYNAMODB_TABLE: Readonly<Record<string, DynamoDbRow>> = {
  GetItem: { naming: "table" },
  PutItem: { naming: "table" },
  UpdateItem: { naming: "table" },
  DeleteItem: { naming: "table" },
  Query: { naming: "table-or-index", covers: READS },
  Scan: { naming: "table-or-index", covers: READS },
  SearchVectors: { naming: "table-or-index", covers: READS },
  BatchGetItem: { naming: "request-items", covers: READS },
  BatchWriteItem: { naming: "write-items" },
  TransactGetItems: { naming: "transact-items" },
  TransactWriteItems: { naming: "transact-items" },
  ExecuteStatement: { naming: "statements" },
  BatchExecuteStatement: { naming: "statements" },
  ExecuteTransaction: { naming: "statements" },

  CreateTable: {
    naming: "table",
    members: new Set([
      ...TABLE_SETTINGS,
      "GlobalSecondaryIndexes",
      "KeySchema",
      "LocalSecondaryIndexes",
      "ResourcePolicy",
      "Tags",
      "VectorIndexes",
    ]),
    implies: { Tags: "dynamodb:TagResource", ResourcePolicy: "dynamodb:PutResourcePolicy" },
  },
  UpdateTable: {
    naming: "table",
    members: new Set([...TABLE_SETTINGS, "GlobalSecondaryIndexUpdates", "VectorIndexUpdates"]),
  },
  DeleteTable: { naming: "table", covers: DELETES },
  DescribeTable: { naming: "table" },
  ListTables: { naming: "all-tables" },
  DescribeTimeToLive: { naming: "table" },
  UpdateTimeToLive: { naming: "table", covers: DELETES },
  DescribeContinuousBackups: { naming: "table" },
  UpdateContinuousBackups: { naming: "table" },
  DescribeContributorInsights: { naming: "table-or-index" },
  UpdateContributorInsights: { naming: "table-or-index" },
  ListContributorInsights: { naming: "none" },
  DescribeKinesisStreamingDestination: { naming: "table" },
  DisableKinesisStreamingDestination: { naming: "table" },
  UpdateKinesisStreamingDestination: { naming: "table" },
  DescribeTableReplicaAutoScaling: { naming: "table" },

  CreateBackup: { naming: "table" },
  DescribeBackup: { naming: "backup" },
  DeleteBackup: { naming: "backup" },
  ListBackups: { naming: "none" },
  RestoreTableFromBackup: {
    naming: "restored-backup",
    covers: READS,
    members: new Set([...RESTORE_SETTINGS, "BackupArn"]),
  },
  RestoreTableToPointInTime: {
    naming: "restored-table",
    covers: READS,
    members: new Set([
      ...RESTORE_SETTINGS,
      "RestoreDateTime",
      "SourceTableArn",
      "SourceTableName",
      "UseLatestRestorableTime",
    ]),
  },
  DescribeExport: { naming: "export" },
  ListExports: { naming: "listed-table" },
  DescribeImport: { naming: "import" },
  ListImports: { naming: "listed-table" },

  ListTagsOfResource: { naming: "resource-arn" },
  TagResource: { naming: "resource-arn" },
  UntagResource: { naming: "resource-arn" },
  GetResourcePolicy: { naming: "resource-arn" },
  PutResourcePolicy: { naming: "resource-arn" },
  DeleteResourcePolicy: { naming: "resource-arn" },

  DescribeGlobalTable: { naming: "global-table" },
  DescribeGlobalTableSettings: { naming: "global-table" },
  ListGlobalTables: { naming: "none" },
  DescribeLimits: { naming: "none" },
  DescribeEndpoints: { naming: "none" },

  ListStreams: { naming: "none", api: "DynamoDBStreams" },
  DescribeStream: { naming: "stream", api: "DynamoDBStreams" },
  GetShardIterator: { naming: "stream", api: "DynamoDBStreams", covers: ITERATES },
  GetRecords: { naming: "shard-iterator", api: "DynamoDBStreams", covers: READS },
};

/** The item actions of a transaction: those that read, or those that do not. */
export function transactActions(operation: string): readonly string[] {
  return Object.values(TRANSACT_ACTIONS).filter((action) => mayTransact(operation, action));
}

/** Whether an entry with this action may stand in a transaction. */
export function mayTransact(operation: string, action: string): boolean {
  return (action === "dynamodb:GetItem") === (operation === "TransactGetItems");
}
