import { IOT_SIBLINGS } from "./iot/siblings.ts";

/** Actions that give others leave to do what they please: a deny binds those who ask here, and no one else. */
const GIVING_BUCKET = ["s3:PutBucketPolicy"];
/** Credentials of S3 Access Grants, which do their work without Postern. */
const GIVING_ACCESS = ["s3:GetDataAccess"];
/** The table's own policy may name anybody. */
const GIVING_TABLE = ["dynamodb:PutResourcePolicy"];
/** A job of S3 Batch Operations does it as a role of its own. */
const BY_JOB = ["s3:CreateJob"];
/** A copy as another table, or as files, of which a deny on this table says nothing. */
const COPYING_TABLE = [
  "dynamodb:CreateBackup",
  "dynamodb:ExportTableToPointInTime",
  "dynamodb:RestoreTableToPointInTime",
  "dynamodb:StartAwsBackupJob",
];
/** Old and new items come by the stream, or go to a stream of Kinesis. */
const STREAMING_TABLE = ["dynamodb:EnableKinesisStreamingDestination", "dynamodb:GetRecords"];
/** All that gives out an item without a request that names it. */
const SPILLING_TABLE = [...COPYING_TABLE, ...STREAMING_TABLE, ...GIVING_TABLE];

const S3_SIBLINGS: Readonly<Record<string, readonly string[]>> = {
  "s3:GetObject": [
    // An ACL may let anybody read.
    "s3:PutObjectAcl",
    // Another wire form of the same bytes.
    "s3:GetObjectTorrent",
    // Every new object is copied to another bucket.
    "s3:PutReplicationConfiguration",
    ...GIVING_BUCKET,
    ...GIVING_ACCESS,
    ...BY_JOB,
  ],
  "s3:GetObjectVersion": [
    "s3:PutObjectVersionAcl",
    "s3:GetObjectVersionTorrent",
    "s3:PutReplicationConfiguration",
    ...GIVING_BUCKET,
    ...GIVING_ACCESS,
    ...BY_JOB,
  ],
  "s3:ListBucket": [
    // Lists of all objects, kept as files and as a table.
    "s3:PutInventoryConfiguration",
    "s3:CreateBucketMetadataTableConfiguration",
    // A bucket's READ is leave to list it.
    "s3:PutBucketAcl",
    ...GIVING_BUCKET,
  ],
  "s3:PutObject": [
    // A bucket's WRITE is leave to make and to overwrite objects.
    "s3:PutBucketAcl",
    ...GIVING_BUCKET,
    ...GIVING_ACCESS,
    ...BY_JOB,
  ],
  "s3:DeleteObject": [
    // What is overwritten is gone, but where the bucket keeps versions.
    "s3:PutObject",
    // Objects expire by rule.
    "s3:PutLifecycleConfiguration",
    // A bucket's WRITE is leave to delete objects.
    "s3:PutBucketAcl",
    ...GIVING_BUCKET,
    ...GIVING_ACCESS,
  ],
  "s3:DeleteObjectVersion": [
    // Old versions expire by rule.
    "s3:PutLifecycleConfiguration",
    ...GIVING_BUCKET,
  ],
  // A policy gives whatever an ACL can give.
  "s3:PutObjectAcl": GIVING_BUCKET,
  "s3:PutBucketAcl": GIVING_BUCKET,
  // ACLs let others in as a policy does.
  "s3:PutBucketPolicy": ["s3:PutBucketAcl", "s3:PutObjectAcl"],
  // A policy that says nothing stands for none.
  "s3:DeleteBucketPolicy": ["s3:PutBucketPolicy"],
  "s3:PutObjectTagging": BY_JOB,
  // A set of no tags, and an object in place of the tagged one.
  "s3:DeleteObjectTagging": ["s3:PutObjectTagging", "s3:PutObject"],
  // All annotations are written to a table.
  "s3:GetObjectAnnotation": [
    "s3:CreateBucketMetadataTableConfiguration",
    "s3:UpdateBucketMetadataAnnotationTableConfiguration",
    ...GIVING_BUCKET,
  ],
  // Another in its place, and an object in place of the annotated one.
  "s3:DeleteObjectAnnotation": ["s3:PutObjectAnnotation", "s3:PutObject"],
  // Both keep an object from being deleted; a bucket's default does it to every new one.
  "s3:PutObjectRetention": ["s3:PutObjectLegalHold", "s3:PutBucketObjectLockConfiguration"],
  "s3:PutObjectLegalHold": ["s3:PutObjectRetention"],
  // Unfinished uploads are aborted by rule.
  "s3:AbortMultipartUpload": ["s3:PutLifecycleConfiguration"],
  // Two APIs for one set of tags. TagResource is no way round here: CreateBucket needs it, for a bucket that has none yet.
  "s3:PutBucketTagging": ["s3:UntagResource"],
  "s3:UntagResource": ["s3:PutBucketTagging"],
  "s3:GetBucketTagging": ["s3:ListTagsForResource"],
  "s3:ListTagsForResource": ["s3:GetBucketTagging"],
};

const DYNAMODB_SIBLINGS: Readonly<Record<string, readonly string[]>> = {
  "dynamodb:GetItem": [
    // Many items at once, or those of a key.
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
    // A condition on the item, and the item itself where the condition fails and it is asked for.
    "dynamodb:ConditionCheckItem",
    // Each gives out the item as it was, where `ReturnValues` says so.
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    ...SPILLING_TABLE,
  ],
  "dynamodb:BatchGetItem": [
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
    ...SPILLING_TABLE,
  ],
  "dynamodb:Query": [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Scan",
    "dynamodb:PartiQLSelect",
    ...SPILLING_TABLE,
  ],
  // A `SELECT` without a key is a scan.
  "dynamodb:Scan": ["dynamodb:PartiQLSelect", ...SPILLING_TABLE],
  "dynamodb:PartiQLSelect": [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    ...SPILLING_TABLE,
  ],
  // Whoever reads an item needs no condition to learn of it.
  "dynamodb:ConditionCheckItem": ["dynamodb:GetItem"],
  "dynamodb:PutItem": [
    // Makes the item where there is none.
    "dynamodb:UpdateItem",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    ...GIVING_TABLE,
  ],
  "dynamodb:UpdateItem": [
    // The changed item in place of the other.
    "dynamodb:PutItem",
    "dynamodb:PartiQLUpdate",
    ...GIVING_TABLE,
  ],
  "dynamodb:DeleteItem": [
    // An item of nothing but its key in place of the other.
    "dynamodb:PutItem",
    // Takes away all attributes but the key.
    "dynamodb:UpdateItem",
    "dynamodb:PartiQLDelete",
    ...GIVING_TABLE,
  ],
  // One item at a time.
  "dynamodb:BatchWriteItem": ["dynamodb:PutItem", "dynamodb:DeleteItem"],
  "dynamodb:PartiQLInsert": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
  "dynamodb:PartiQLUpdate": ["dynamodb:UpdateItem", "dynamodb:PutItem"],
  "dynamodb:PartiQLDelete": ["dynamodb:DeleteItem"],
  // Each makes a table, out of a backup, of another table, of files.
  "dynamodb:CreateTable": [
    "dynamodb:RestoreTableFromBackup",
    "dynamodb:RestoreTableFromAwsBackup",
    "dynamodb:RestoreTableToPointInTime",
    "dynamodb:ImportTable",
  ],
  "dynamodb:RestoreTableFromBackup": ["dynamodb:RestoreTableFromAwsBackup"],
  "dynamodb:CreateBackup": ["dynamodb:StartAwsBackupJob", "dynamodb:ExportTableToPointInTime"],
  // All items, a page at a time, or as another table.
  "dynamodb:ExportTableToPointInTime": [
    "dynamodb:Scan",
    "dynamodb:CreateBackup",
    "dynamodb:RestoreTableToPointInTime",
  ],
  // A policy that says nothing stands for none.
  "dynamodb:DeleteResourcePolicy": ["dynamodb:PutResourcePolicy"],
};

/**
 * Action → actions by which the same can be done, so that a deny of it alone leaves a way round. Each was found by what
 * AWS's API references say that it does; the list holds true ones, and cannot hold all.
 *
 * What a request for the one counts as the other anyway ({@link Requirement.covers}) need not be here, and may be.
 */
export const ACTION_SIBLINGS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({ ...S3_SIBLINGS, ...DYNAMODB_SIBLINGS, ...IOT_SIBLINGS }),
);
