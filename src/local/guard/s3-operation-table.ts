/** What an S3 path names. */
export type S3Level = "service" | "bucket" | "object";

/** A row of the table of operations. */
export interface S3Row {
  /** The API's own name, such as `GetObject`. */
  readonly operation: string;
  /** What IAM must allow without a version id. */
  readonly actions: readonly string[];
  /** What IAM must allow with one. */
  readonly versionActions: readonly string[];
}

/**
 * Method, level, selector, operation, actions; with a version id those after the bar.
 *
 * A selector is the query parameter that makes the operation another than the method alone would. `selector&more` is
 * for requests that have `more` as well. A plus joins actions that are needed together.
 *
 * Sources: Amazon S3 API Reference, "Actions"; Amazon S3 User Guide, "Required permissions for Amazon S3 API
 * operations"; Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
 */
const TABLE = `
GET    service -                     ListBuckets                                ListAllMyBuckets

HEAD   bucket  -                     HeadBucket                                 ListBucket
GET    bucket  -                     ListObjects                                ListBucket
GET    bucket  list-type=2           ListObjectsV2                              ListBucket
GET    bucket  versions              ListObjectVersions                         ListBucketVersions
GET    bucket  uploads               ListMultipartUploads                       ListBucketMultipartUploads
PUT    bucket  -                     CreateBucket                               CreateBucket
DELETE bucket  -                     DeleteBucket                               DeleteBucket
POST   bucket  delete                DeleteObjects
GET    bucket  location              GetBucketLocation                          GetBucketLocation
GET    bucket  session               CreateSession                              s3express:CreateSession
GET    bucket  abac                  GetBucketAbac                              GetBucketAbac
PUT    bucket  abac                  PutBucketAbac                              PutBucketAbac
GET    bucket  accelerate            GetBucketAccelerateConfiguration           GetAccelerateConfiguration
PUT    bucket  accelerate            PutBucketAccelerateConfiguration           PutAccelerateConfiguration
GET    bucket  acl                   GetBucketAcl                               GetBucketAcl
PUT    bucket  acl                   PutBucketAcl                               PutBucketAcl
GET    bucket  analytics             ListBucketAnalyticsConfigurations          GetAnalyticsConfiguration
GET    bucket  analytics&id          GetBucketAnalyticsConfiguration            GetAnalyticsConfiguration
PUT    bucket  analytics             PutBucketAnalyticsConfiguration            PutAnalyticsConfiguration
DELETE bucket  analytics             DeleteBucketAnalyticsConfiguration         PutAnalyticsConfiguration
GET    bucket  cors                  GetBucketCors                              GetBucketCORS
PUT    bucket  cors                  PutBucketCors                              PutBucketCORS
DELETE bucket  cors                  DeleteBucketCors                           PutBucketCORS
GET    bucket  encryption            GetBucketEncryption                        GetEncryptionConfiguration
PUT    bucket  encryption            PutBucketEncryption                        PutEncryptionConfiguration
DELETE bucket  encryption            DeleteBucketEncryption                     PutEncryptionConfiguration
GET    bucket  intelligent-tiering   ListBucketIntelligentTieringConfigurations GetIntelligentTieringConfiguration
GET    bucket  intelligent-tiering&id GetBucketIntelligentTieringConfiguration  GetIntelligentTieringConfiguration
PUT    bucket  intelligent-tiering   PutBucketIntelligentTieringConfiguration   PutIntelligentTieringConfiguration
DELETE bucket  intelligent-tiering   DeleteBucketIntelligentTieringConfiguration PutIntelligentTieringConfiguration
GET    bucket  inventory             ListBucketInventoryConfigurations          GetInventoryConfiguration
GET    bucket  inventory&id          GetBucketInventoryConfiguration            GetInventoryConfiguration
PUT    bucket  inventory             PutBucketInventoryConfiguration            PutInventoryConfiguration
DELETE bucket  inventory             DeleteBucketInventoryConfiguration         PutInventoryConfiguration
GET    bucket  lifecycle             GetBucketLifecycleConfiguration            GetLifecycleConfiguration
PUT    bucket  lifecycle             PutBucketLifecycleConfiguration            PutLifecycleConfiguration
DELETE bucket  lifecycle             DeleteBucketLifecycle                      PutLifecycleConfiguration
GET    bucket  logging               GetBucketLogging                           GetBucketLogging
PUT    bucket  logging               PutBucketLogging                           PutBucketLogging
GET    bucket  metadataConfiguration GetBucketMetadataConfiguration             GetBucketMetadataTableConfiguration
POST   bucket  metadataConfiguration CreateBucketMetadataConfiguration          CreateBucketMetadataTableConfiguration
DELETE bucket  metadataConfiguration DeleteBucketMetadataConfiguration          DeleteBucketMetadataTableConfiguration
PUT    bucket  metadataAnnotationTable UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataAnnotationTableConfiguration
PUT    bucket  metadataInventoryTable UpdateBucketMetadataInventoryTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
PUT    bucket  metadataJournalTable  UpdateBucketMetadataJournalTableConfiguration UpdateBucketMetadataJournalTableConfiguration
GET    bucket  metadataTable         GetBucketMetadataTableConfiguration        GetBucketMetadataTableConfiguration
POST   bucket  metadataTable         CreateBucketMetadataTableConfiguration     CreateBucketMetadataTableConfiguration
DELETE bucket  metadataTable         DeleteBucketMetadataTableConfiguration     DeleteBucketMetadataTableConfiguration
GET    bucket  metrics               ListBucketMetricsConfigurations            GetMetricsConfiguration
GET    bucket  metrics&id            GetBucketMetricsConfiguration              GetMetricsConfiguration
PUT    bucket  metrics               PutBucketMetricsConfiguration              PutMetricsConfiguration
DELETE bucket  metrics               DeleteBucketMetricsConfiguration           PutMetricsConfiguration
GET    bucket  notification          GetBucketNotificationConfiguration         GetBucketNotification
PUT    bucket  notification          PutBucketNotificationConfiguration         PutBucketNotification
GET    bucket  object-lock           GetObjectLockConfiguration                 GetBucketObjectLockConfiguration
PUT    bucket  object-lock           PutObjectLockConfiguration                 PutBucketObjectLockConfiguration
GET    bucket  ownershipControls     GetBucketOwnershipControls                 GetBucketOwnershipControls
PUT    bucket  ownershipControls     PutBucketOwnershipControls                 PutBucketOwnershipControls
DELETE bucket  ownershipControls     DeleteBucketOwnershipControls              PutBucketOwnershipControls
GET    bucket  policy                GetBucketPolicy                            GetBucketPolicy
PUT    bucket  policy                PutBucketPolicy                            PutBucketPolicy
DELETE bucket  policy                DeleteBucketPolicy                         DeleteBucketPolicy
GET    bucket  policyStatus          GetBucketPolicyStatus                      GetBucketPolicyStatus
GET    bucket  publicAccessBlock     GetPublicAccessBlock                       GetBucketPublicAccessBlock
PUT    bucket  publicAccessBlock     PutPublicAccessBlock                       PutBucketPublicAccessBlock
DELETE bucket  publicAccessBlock     DeletePublicAccessBlock                    PutBucketPublicAccessBlock
GET    bucket  replication           GetBucketReplication                       GetReplicationConfiguration
PUT    bucket  replication           PutBucketReplication                       PutReplicationConfiguration
DELETE bucket  replication           DeleteBucketReplication                    PutReplicationConfiguration
GET    bucket  requestPayment        GetBucketRequestPayment                    GetBucketRequestPayment
PUT    bucket  requestPayment        PutBucketRequestPayment                    PutBucketRequestPayment
GET    bucket  tagging               GetBucketTagging                           GetBucketTagging
PUT    bucket  tagging               PutBucketTagging                           PutBucketTagging
DELETE bucket  tagging               DeleteBucketTagging                        PutBucketTagging
GET    bucket  versioning            GetBucketVersioning                        GetBucketVersioning
PUT    bucket  versioning            PutBucketVersioning                        PutBucketVersioning
GET    bucket  website               GetBucketWebsite                           GetBucketWebsite
PUT    bucket  website               PutBucketWebsite                           PutBucketWebsite
DELETE bucket  website               DeleteBucketWebsite                        DeleteBucketWebsite

GET    object  -                     GetObject                                  GetObject|GetObjectVersion
HEAD   object  -                     HeadObject                                 GetObject|GetObjectVersion
PUT    object  -                     PutObject                                  PutObject
PUT    object  -&copy                CopyObject                                 PutObject
DELETE object  -                     DeleteObject                               DeleteObject|DeleteObjectVersion
GET    object  acl                   GetObjectAcl                               GetObjectAcl|GetObjectVersionAcl
PUT    object  acl                   PutObjectAcl                               PutObjectAcl|PutObjectVersionAcl
GET    object  annotation            ListObjectAnnotations                      ListObjectAnnotations|ListObjectVersionAnnotations
GET    object  annotation&annotationName GetObjectAnnotation                    GetObjectAnnotation|GetObjectVersionAnnotation
PUT    object  annotation            PutObjectAnnotation                        PutObjectAnnotation|PutObjectVersionAnnotation
DELETE object  annotation            DeleteObjectAnnotation                     DeleteObjectAnnotation|DeleteObjectVersionAnnotation
GET    object  attributes            GetObjectAttributes                        GetObject+GetObjectAttributes|GetObjectVersion+GetObjectVersionAttributes
PUT    object  encryption            UpdateObjectEncryption                     UpdateObjectEncryption
GET    object  legal-hold            GetObjectLegalHold                         GetObjectLegalHold
PUT    object  legal-hold            PutObjectLegalHold                         PutObjectLegalHold
PUT    object  renameObject          RenameObject                               s3express:CreateSession
POST   object  restore               RestoreObject                              RestoreObject
GET    object  retention             GetObjectRetention                         GetObjectRetention
PUT    object  retention             PutObjectRetention                         PutObjectRetention
POST   object  select                SelectObjectContent                        GetObject
GET    object  tagging               GetObjectTagging                           GetObjectTagging|GetObjectVersionTagging
PUT    object  tagging               PutObjectTagging                           PutObjectTagging|PutObjectVersionTagging
DELETE object  tagging               DeleteObjectTagging                        DeleteObjectTagging|DeleteObjectVersionTagging
GET    object  torrent               GetObjectTorrent                           GetObjectTorrent|GetObjectVersionTorrent
POST   object  uploads               CreateMultipartUpload                      PutObject
PUT    object  uploadId&partNumber   UploadPart                                 PutObject
PUT    object  uploadId&partNumber&copy UploadPartCopy                          PutObject
POST   object  uploadId              CompleteMultipartUpload                    PutObject
DELETE object  uploadId              AbortMultipartUpload                       AbortMultipartUpload
GET    object  uploadId              ListParts                                  ListMultipartUploadParts
`;

/** `METHOD level selector` → row. */
export const S3_ROWS: ReadonlyMap<string, S3Row> = new Map(
  TABLE.split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells.length > 1)
    .map(([method = "", level = "", selector = "", operation = "", actions = ""]) => [
      `${method} ${level} ${selector}`,
      rowOf(operation, actions),
    ]),
);

/** `selector` → the levels at which it selects. */
export const S3_SELECTORS: ReadonlyMap<string, ReadonlySet<S3Level>> = selectors();

function rowOf(operation: string, cell: string): S3Row {
  const [actions = [], versionActions = actions] = cell
    .split("|")
    .map((part) => part.split("+").filter((name) => name !== ""))
    .map((names) => names.map((name) => (name.includes(":") ? name : `s3:${name}`)));
  return { operation, actions, versionActions };
}

function selectors(): Map<string, Set<S3Level>> {
  const found = new Map<string, Set<S3Level>>();
  for (const place of S3_ROWS.keys()) {
    const [, level, text = ""] = place.split(" ");
    const [selector = ""] = text.split(/[&=]/);
    if (selector === "-" || selector === "list-type") continue;
    found.set(selector, (found.get(selector) ?? new Set()).add(level as S3Level));
  }
  return found;
}
