import { KMS_KEY } from "./header-keys.ts";
import type { ToldBody } from "./told-keys.ts";

/**
 * The body of a setting by which S3 encrypts from then on.
 *
 * @param kmsKeys paths of what names a key of KMS, with white space between them
 * @param others paths of all else that there may be
 */
function bodyOf(root: string, kmsKeys: string, others: string): ToldBody {
  const telling = pathsIn(kmsKeys).map((path) => [path, { key: KMS_KEY }] as const);
  const silent = pathsIn(others).map((path) => [path, undefined] as const);
  return { root, members: Object.fromEntries([...telling, ...silent]) };
}

const pathsIn = (paths: string): readonly string[] => paths.trim().split(/\s+/);

const TABLE_KEY = "EncryptionConfiguration/KmsKeyArn";
const TABLE = "ConfigurationState EncryptionConfiguration/SseAlgorithm";
const ANNOTATION_TABLE = `${TABLE} Role`;
const JOURNAL_TABLE =
  "RecordExpiration/Expiration RecordExpiration/Days EncryptionConfiguration/SseAlgorithm";

const within = (name: string, paths: string): string =>
  pathsIn(paths)
    .map((path) => `${name}/${path}`)
    .join(" ");

/** Of new objects (API reference, PutBucketEncryption). */
export const BUCKET_ENCRYPTION = bodyOf(
  "ServerSideEncryptionConfiguration",
  "Rule*/ApplyServerSideEncryptionByDefault/KMSMasterKeyID",
  `
  Rule*/ApplyServerSideEncryptionByDefault/SSEAlgorithm Rule*/BucketKeyEnabled
  Rule*/BlockedEncryptionTypes/EncryptionType*
`,
);

/** Of copies in other buckets (API reference, PutBucketReplication). */
export const REPLICATION = bodyOf(
  "ReplicationConfiguration",
  "Rule*/Destination/EncryptionConfiguration/ReplicaKmsKeyID",
  `
  Role Rule*/ID Rule*/Status Rule*/Priority Rule*/Prefix
  Rule*/Filter/Prefix Rule*/Filter/Tag/Key Rule*/Filter/Tag/Value
  Rule*/Filter/And/Prefix Rule*/Filter/And/Tag*/Key Rule*/Filter/And/Tag*/Value
  Rule*/SourceSelectionCriteria/SseKmsEncryptedObjects/Status
  Rule*/SourceSelectionCriteria/ReplicaModifications/Status
  Rule*/ExistingObjectReplication/Status Rule*/DeleteMarkerReplication/Status
  Rule*/Destination/Bucket Rule*/Destination/Account Rule*/Destination/StorageClass
  Rule*/Destination/AccessControlTranslation/Owner
  Rule*/Destination/ReplicationTime/Status Rule*/Destination/ReplicationTime/Time/Minutes
  Rule*/Destination/Metrics/Status Rule*/Destination/Metrics/EventThreshold/Minutes
`,
);

/** Of lists of objects (API reference, PutBucketInventoryConfiguration). */
export const INVENTORY = bodyOf(
  "InventoryConfiguration",
  "Destination/S3BucketDestination/Encryption/SSE-KMS/KeyId",
  `
  Id IsEnabled IncludedObjectVersions Schedule/Frequency Filter/Prefix OptionalFields/Field*
  Destination/S3BucketDestination/AccountId Destination/S3BucketDestination/Bucket
  Destination/S3BucketDestination/Format Destination/S3BucketDestination/Prefix
  Destination/S3BucketDestination/Encryption/SSE-S3
`,
);

/** Of tables about a bucket (API reference, CreateBucketMetadataConfiguration). */
export const METADATA = bodyOf(
  "MetadataConfiguration",
  ["JournalTableConfiguration", "InventoryTableConfiguration", "AnnotationTableConfiguration"]
    .map((table) => within(table, TABLE_KEY))
    .join(" "),
  [
    within("JournalTableConfiguration", JOURNAL_TABLE),
    within("InventoryTableConfiguration", TABLE),
    within("AnnotationTableConfiguration", ANNOTATION_TABLE),
  ].join(" "),
);

/** The same of one of these tables (API reference, UpdateBucketMetadataInventoryTableConfiguration and its like). */
export const METADATA_TABLES = {
  annotation: bodyOf("AnnotationTableConfiguration", TABLE_KEY, ANNOTATION_TABLE),
  inventory: bodyOf("InventoryTableConfiguration", TABLE_KEY, TABLE),
  journal: bodyOf("JournalTableConfiguration", TABLE_KEY, JOURNAL_TABLE),
};
