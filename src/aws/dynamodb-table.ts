/** Where an operation's input names its tables, and so what it touches. */
export type TableNaming =
  /** `TableName`, with `IndexName` where it has one. */
  | "table"
  /** The member names of `RequestItems`. */
  | "request-items"
  /** `TransactItems`: each entry is an item action on a table. */
  | "transact-items"
  /** `ResourceArn`: a table, by ARN. */
  | "resource-arn"
  /** `GlobalTableName`. */
  | "global-table"
  /** Every table of the account. */
  | "all-tables"
  /** IAM knows no resource for it. */
  | "none";

/** One DynamoDB operation in IAM's words. */
export interface DynamoDbRow {
  readonly naming: TableNaming;
  /** Actions with the same effect, for denies. */
  readonly covers?: readonly string[];
}

const READS = ["dynamodb:GetItem"];

/**
 * Operations of `DynamoDB_20120810` whose resources the body names in full (Service Authorization Reference, Amazon
 * DynamoDB). PartiQL statements, exports, imports, backups and streams are not here: Postern cannot read from them what
 * they touch.
 */
export const DYNAMODB_TABLE: Readonly<Record<string, DynamoDbRow>> = {
  GetItem: { naming: "table" },
  PutItem: { naming: "table" },
  UpdateItem: { naming: "table" },
  DeleteItem: { naming: "table" },
  Query: { naming: "table", covers: READS },
  Scan: { naming: "table", covers: READS },
  BatchGetItem: { naming: "request-items", covers: READS },
  BatchWriteItem: { naming: "request-items", covers: ["dynamodb:PutItem", "dynamodb:DeleteItem"] },
  TransactGetItems: { naming: "transact-items" },
  TransactWriteItems: { naming: "transact-items" },
  CreateTable: { naming: "table" },
  DescribeTable: { naming: "table" },
  UpdateTable: { naming: "table" },
  DeleteTable: { naming: "table" },
  ListTables: { naming: "all-tables" },
  DescribeTimeToLive: { naming: "table" },
  UpdateTimeToLive: { naming: "table" },
  DescribeContinuousBackups: { naming: "table" },
  UpdateContinuousBackups: { naming: "table" },
  DescribeContributorInsights: { naming: "table" },
  UpdateContributorInsights: { naming: "table" },
  DescribeKinesisStreamingDestination: { naming: "table" },
  ListTagsOfResource: { naming: "resource-arn" },
  TagResource: { naming: "resource-arn" },
  UntagResource: { naming: "resource-arn" },
  DescribeTableReplicaAutoScaling: { naming: "table" },
  UpdateTableReplicaAutoScaling: { naming: "table" },
  DescribeGlobalTable: { naming: "global-table" },
  DescribeGlobalTableSettings: { naming: "global-table" },
  ListGlobalTables: { naming: "none" },
  DescribeLimits: { naming: "none" },
  DescribeEndpoints: { naming: "none" },
};

/** Members of an entry of `TransactItems`, with the item action that each is decided as. */
export const TRANSACT_ACTIONS: Readonly<Record<string, string>> = {
  Get: "dynamodb:GetItem",
  Put: "dynamodb:PutItem",
  Update: "dynamodb:UpdateItem",
  Delete: "dynamodb:DeleteItem",
  ConditionCheck: "dynamodb:ConditionCheckItem",
};
