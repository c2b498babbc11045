import { CHECKSUM } from "./accepted.ts";
import { INVENTORY, METADATA, METADATA_TABLES } from "./encrypting-bodies.ts";
import type { S3Row } from "./row.ts";

const BODY = { headers: CHECKSUM, body: "stream" } as const;
/** A bucket may have many of a kind, by their names. */
const ONE = { query: ["id"] };
const ALL = { query: ["continuation-token"] };

/** S3 keeps lists of all objects and of their versions, where whoever asks says. */
const LISTS = { covers: ["s3:ListBucket", "s3:ListBucketVersions"] };
/** All annotations are written to a table. */
const ANNOTATIONS = { reaches: ["s3:GetObjectAnnotation", "s3:GetObjectVersionAnnotation"] };

/** What S3 tells of a bucket and its objects elsewhere (reports, tables, logs, events), and what a bucket has many of. */
export const BUCKET_REPORTS: Readonly<Record<string, S3Row>> = {
  "bucket GET analytics": {
    name: "ListBucketAnalyticsConfigurations",
    action: "s3:GetAnalyticsConfiguration",
    ...ALL,
  },
  "bucket GET analytics id": {
    name: "GetBucketAnalyticsConfiguration",
    action: "s3:GetAnalyticsConfiguration",
    ...ONE,
  },
  "bucket PUT analytics id": {
    name: "PutBucketAnalyticsConfiguration",
    action: "s3:PutAnalyticsConfiguration",
    ...ONE,
    ...BODY,
  },
  "bucket DELETE analytics id": {
    name: "DeleteBucketAnalyticsConfiguration",
    action: "s3:PutAnalyticsConfiguration",
    ...ONE,
  },

  "bucket GET intelligent-tiering": {
    name: "ListBucketIntelligentTieringConfigurations",
    action: "s3:GetIntelligentTieringConfiguration",
    ...ALL,
  },
  "bucket GET intelligent-tiering id": {
    name: "GetBucketIntelligentTieringConfiguration",
    action: "s3:GetIntelligentTieringConfiguration",
    ...ONE,
  },
  "bucket PUT intelligent-tiering id": {
    name: "PutBucketIntelligentTieringConfiguration",
    action: "s3:PutIntelligentTieringConfiguration",
    ...ONE,
    ...BODY,
  },
  "bucket DELETE intelligent-tiering id": {
    name: "DeleteBucketIntelligentTieringConfiguration",
    action: "s3:PutIntelligentTieringConfiguration",
    ...ONE,
  },

  "bucket GET inventory": {
    name: "ListBucketInventoryConfigurations",
    action: "s3:GetInventoryConfiguration",
    ...ALL,
  },
  "bucket GET inventory id": {
    name: "GetBucketInventoryConfiguration",
    action: "s3:GetInventoryConfiguration",
    ...ONE,
  },
  "bucket PUT inventory id": {
    name: "PutBucketInventoryConfiguration",
    action: "s3:PutInventoryConfiguration",
    ...ONE,
    ...LISTS,
    headers: CHECKSUM,
    body: INVENTORY,
  },
  "bucket DELETE inventory id": {
    name: "DeleteBucketInventoryConfiguration",
    action: "s3:PutInventoryConfiguration",
    ...ONE,
  },

  "bucket GET metrics": {
    name: "ListBucketMetricsConfigurations",
    action: "s3:GetMetricsConfiguration",
    ...ALL,
  },
  "bucket GET metrics id": {
    name: "GetBucketMetricsConfiguration",
    action: "s3:GetMetricsConfiguration",
    ...ONE,
  },
  "bucket PUT metrics id": {
    name: "PutBucketMetricsConfiguration",
    action: "s3:PutMetricsConfiguration",
    ...ONE,
    ...BODY,
  },
  "bucket DELETE metrics id": {
    name: "DeleteBucketMetricsConfiguration",
    action: "s3:PutMetricsConfiguration",
    ...ONE,
  },

  "bucket GET logging": { name: "GetBucketLogging", action: "s3:GetBucketLogging" },
  "bucket PUT logging": { name: "PutBucketLogging", action: "s3:PutBucketLogging", ...BODY },

  "bucket POST metadataConfiguration": {
    name: "CreateBucketMetadataConfiguration",
    action: "s3:CreateBucketMetadataTableConfiguration",
    ...LISTS,
    ...ANNOTATIONS,
    headers: CHECKSUM,
    body: METADATA,
  },
  "bucket GET metadataConfiguration": {
    name: "GetBucketMetadataConfiguration",
    action: "s3:GetBucketMetadataTableConfiguration",
  },
  "bucket DELETE metadataConfiguration": {
    name: "DeleteBucketMetadataConfiguration",
    action: "s3:DeleteBucketMetadataTableConfiguration",
  },
  "bucket PUT metadataAnnotationTable": {
    name: "UpdateBucketMetadataAnnotationTableConfiguration",
    action: "s3:UpdateBucketMetadataAnnotationTableConfiguration",
    ...ANNOTATIONS,
    headers: CHECKSUM,
    body: METADATA_TABLES.annotation,
  },
  "bucket PUT metadataInventoryTable": {
    name: "UpdateBucketMetadataInventoryTableConfiguration",
    action: "s3:UpdateBucketMetadataInventoryTableConfiguration",
    ...LISTS,
    headers: CHECKSUM,
    body: METADATA_TABLES.inventory,
  },
  "bucket PUT metadataJournalTable": {
    name: "UpdateBucketMetadataJournalTableConfiguration",
    action: "s3:UpdateBucketMetadataJournalTableConfiguration",
    headers: CHECKSUM,
    body: METADATA_TABLES.journal,
  },
  "bucket POST metadataTable": {
    name: "CreateBucketMetadataTableConfiguration",
    action: "s3:CreateBucketMetadataTableConfiguration",
    ...LISTS,
    ...BODY,
  },
  "bucket GET metadataTable": {
    name: "GetBucketMetadataTableConfiguration",
    action: "s3:GetBucketMetadataTableConfiguration",
  },
  "bucket DELETE metadataTable": {
    name: "DeleteBucketMetadataTableConfiguration",
    action: "s3:DeleteBucketMetadataTableConfiguration",
  },

  "bucket GET notification": {
    name: "GetBucketNotificationConfiguration",
    action: "s3:GetBucketNotification",
  },
  "bucket PUT notification": {
    name: "PutBucketNotificationConfiguration",
    action: "s3:PutBucketNotification",
    headers: [...CHECKSUM, "x-amz-skip-destination-validation"],
    body: "stream",
  },
};
