const WRITES = ["s3:PutObject"];
const ACLS = ["s3:PutObjectAcl", "s3:PutObjectVersionAcl", "s3:PutBucketAcl", "s3:CreateBucket"];
const GRANTS = [...WRITES, ...ACLS];
const RETENTIONS = [...WRITES, "s3:PutObjectRetention"];
const HOLDS = [...WRITES, "s3:PutObjectLegalHold"];
/** To IAM the reads have it not; a rule must name it to let one through, and then it must be there. */
const WITH_CUSTOMER_KEY = [
  ...WRITES,
  "s3:GetObject",
  "s3:GetObjectVersion",
  "s3:GetObjectAttributes",
  "s3:GetObjectVersionAttributes",
  "s3:ListMultipartUploadParts",
];
const ANNOTATES = [
  "s3:PutObjectAnnotation",
  "s3:PutObjectVersionAnnotation",
  "s3:DeleteObjectAnnotation",
  "s3:DeleteObjectVersionAnnotation",
];

const HOLD_DAYS = "s3:object-lock-event-hold-duration-days";
/** The condition key of the key of KMS that a request names. */
export const KMS_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";
/** The condition key of where readers of a website are led. */
export const REDIRECT = "s3:x-amz-website-redirect-location";

/** The condition key of objects that are encrypted with a key of the customer's own. */
export const CUSTOMER_KEY = "s3:x-amz-server-side-encryption-customer-algorithm";

/** A header as IAM's conditions see it. */
export interface HeaderKey {
  readonly key: string;
  /** The actions that have the key. */
  readonly actions: readonly string[];
  /** The header says it in another measure than the key has. */
  readonly unknown?: true;
}

/** Header → its condition key (Service Authorization Reference, Amazon S3). */
export const HEADER_KEYS: ReadonlyMap<string, HeaderKey> = new Map([
  ["x-amz-acl", { key: "s3:x-amz-acl", actions: GRANTS }],
  ["x-amz-grant-full-control", { key: "s3:x-amz-grant-full-control", actions: GRANTS }],
  ["x-amz-grant-read", { key: "s3:x-amz-grant-read", actions: GRANTS }],
  ["x-amz-grant-read-acp", { key: "s3:x-amz-grant-read-acp", actions: GRANTS }],
  ["x-amz-grant-write", { key: "s3:x-amz-grant-write", actions: GRANTS }],
  ["x-amz-grant-write-acp", { key: "s3:x-amz-grant-write-acp", actions: GRANTS }],
  ["x-amz-bucket-namespace", { key: "s3:x-amz-bucket-namespace", actions: ["s3:CreateBucket"] }],
  ["x-amz-metadata-directive", { key: "s3:x-amz-metadata-directive", actions: WRITES }],
  ["x-amz-object-annotation-directive", { key: "s3:x-amz-object-annotation-directive", actions: WRITES }],
  ["x-amz-object-if-match", { key: "s3:x-amz-object-if-match", actions: ANNOTATES }],
  [
    "x-amz-object-ownership",
    { key: "s3:x-amz-object-ownership", actions: ["s3:CreateBucket", "s3:PutBucketOwnershipControls"] },
  ],
  ["x-amz-object-lock-event-hold", { key: "s3:object-lock-event-hold", actions: RETENTIONS }],
  ["x-amz-object-lock-event-hold-duration-days", { key: HOLD_DAYS, actions: RETENTIONS }],
  ["x-amz-object-lock-event-hold-duration-years", { key: HOLD_DAYS, actions: RETENTIONS, unknown: true }],
  ["x-amz-object-lock-legal-hold", { key: "s3:object-lock-legal-hold", actions: HOLDS }],
  ["x-amz-object-lock-mode", { key: "s3:object-lock-mode", actions: RETENTIONS }],
  ["x-amz-object-lock-retain-until-date", { key: "s3:object-lock-retain-until-date", actions: RETENTIONS }],
  ["x-amz-server-side-encryption", { key: "s3:x-amz-server-side-encryption", actions: WRITES }],
  ["x-amz-server-side-encryption-aws-kms-key-id", { key: KMS_KEY, actions: WRITES }],
  ["x-amz-server-side-encryption-customer-algorithm", { key: CUSTOMER_KEY, actions: WITH_CUSTOMER_KEY }],
  ["x-amz-storage-class", { key: "s3:x-amz-storage-class", actions: WRITES }],
  ["x-amz-website-redirect-location", { key: REDIRECT, actions: WRITES }],
]);

/**
 * Header → the condition key that the `when` of an allow must name to let it through: what it brings may lock an object
 * away from its owner, or lead a reader elsewhere.
 */
export const GUARDED_HEADERS: ReadonlyMap<string, string> = new Map([
  ["x-amz-server-side-encryption-aws-kms-key-id", KMS_KEY],
  ["x-amz-server-side-encryption-context", KMS_KEY],
  ["x-amz-server-side-encryption-customer-algorithm", CUSTOMER_KEY],
  ["x-amz-server-side-encryption-customer-key", CUSTOMER_KEY],
  ["x-amz-server-side-encryption-customer-key-md5", CUSTOMER_KEY],
  ["x-amz-website-redirect-location", REDIRECT],
]);
