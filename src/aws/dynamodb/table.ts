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

/**
 * Operations of `DynamoDB_20120810` whose resources the body names in full (Service Authorization Reference, Amazon
 * DynamoDB). PartiQL statements, exports, imports, backups, streams and replicas in other regions are not here: Postern
 * cannot read from them all that they touch.
 */
export const DYNAMODB_TABLE: Readonly<Record<string, DynamoDbRow>> = {
  GetItem: { naming: "table" },
  PutItem: { naming: "table" },
  UpdateItem: { naming: "table" },
  DeleteItem: { naming: "table" },
  Query: { naming: "table-or-index", covers: READS },
  Scan: { naming: "table-or-index", covers: READS },
  BatchGetItem: { naming: "request-items", covers: READS },
  BatchWriteItem: { naming: "write-items" },
  TransactGetItems: { naming: "transact-items" },
  TransactWriteItems: { naming: "transact-items" },

  CreateTable: {
    naming: "table",
    members: new Set([
      ...TABLE_SETTINGS,
      "GlobalSecondaryIndexes",
      "KeySchema",
      "LocalSecondaryIndexes",
      "ResourcePolicy",
      "Tags",
    ]),
    implies: { Tags: "dynamodb:TagResource", ResourcePolicy: "dynamodb:PutResourcePolicy" },
  },
  UpdateTable: { naming: "table", members: new Set([...TABLE_SETTINGS, "GlobalSecondaryIndexUpdates"]) },
  DeleteTable: { naming: "table", covers: DELETES },
  DescribeTable: { naming: "table" },
  ListTables: { naming: "all-tables" },
  DescribeTimeToLive: { naming: "table" },
  UpdateTimeToLive: { naming: "table", covers: DELETES },
  DescribeContinuousBackups: { naming: "table" },
  UpdateContinuousBackups: { naming: "table" },
  DescribeContributorInsights: { naming: "table-or-index" },
  UpdateContributorInsights: { naming: "table-or-index" },
  DescribeKinesisStreamingDestination: { naming: "table" },
  DescribeTableReplicaAutoScaling: { naming: "table" },

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
};

/** The item actions of a transaction: those that read, or those that do not. */
export function transactActions(operation: string): readonly string[] {
  return Object.values(TRANSACT_ACTIONS).filter((action) => mayTransact(operation, action));
}

/** Whether an entry with this action may stand in a transaction. */
export function mayTransact(operation: string, action: string): boolean {
  return (action === "dynamodb:GetItem") === (operation === "TransactGetItems");
}
