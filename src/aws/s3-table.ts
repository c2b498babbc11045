/** One S3 operation: what it is in IAM's words, and all that a request for it may carry. */
export interface S3Row {
  /** The name in the S3 API reference. */
  readonly name: string;
  /** The IAM action (Service Authorization Reference, Amazon S3). */
  readonly action: string;
  /** The action instead, where the request names a version. */
  readonly versioned?: string;
  /** Actions with the same effect, for denies. */
  readonly covers?: readonly string[];
  /** Query names that it accepts besides its selector. */
  readonly query?: readonly string[];
  /** `x-amz-` headers that it accepts: exact names, or prefixes that end in `-`. */
  readonly headers?: readonly string[];
  /** `stream`: a body goes with it. `decides`: the body names the resources. Default: none is expected. */
  readonly body?: "stream" | "decides";
}

/** Query names that choose the operation; a request may have one of them. */
export const SELECTORS: ReadonlySet<string> = new Set(
  (
    "accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle " +
    "list-type location logging metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable " +
    "metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock renameObject " +
    "replication requestPayment restore retention select session tagging torrent uploadId uploads versioning " +
    "versions website"
  ).split(" "),
);

const LISTING = ["delimiter", "encoding-type", "max-keys", "prefix"];
const CHECKSUM = ["x-amz-checksum-", "x-amz-sdk-checksum-algorithm"];
const READ = ["x-amz-checksum-mode"];
/** Headers that change who may do what with the object; each adds a requirement (see {@link IMPLIED}). */
const GRANTS = ["x-amz-acl", "x-amz-grant-"];
const LOCK = [
  "x-amz-object-lock-mode",
  "x-amz-object-lock-retain-until-date",
  "x-amz-object-lock-legal-hold",
];
const WRITE = [
  ...CHECKSUM,
  ...GRANTS,
  ...LOCK,
  "x-amz-meta-",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-bucket-key-enabled",
  "x-amz-storage-class",
  "x-amz-tagging",
];
const COPY_SOURCE = ["x-amz-copy-source", "x-amz-copy-source-if-"];

/** Level, method and selector of a request → its operation. What is not here is refused, not guessed. */
export const S3_TABLE: Readonly<Record<string, S3Row>> = {
  "service GET": {
    name: "ListBuckets",
    action: "s3:ListAllMyBuckets",
    query: ["bucket-region", "continuation-token", "max-buckets", "prefix"],
  },

  "bucket HEAD": { name: "HeadBucket", action: "s3:ListBucket" },
  "bucket PUT": {
    name: "CreateBucket",
    action: "s3:CreateBucket",
    headers: [...GRANTS, "x-amz-bucket-object-lock-enabled", "x-amz-object-ownership"],
    body: "stream",
  },
  "bucket DELETE": { name: "DeleteBucket", action: "s3:DeleteBucket" },
  "bucket GET": { name: "ListObjects", action: "s3:ListBucket", query: [...LISTING, "marker"] },
  "bucket GET list-type": {
    name: "ListObjectsV2",
    action: "s3:ListBucket",
    query: [...LISTING, "continuation-token", "fetch-owner", "start-after"],
    headers: ["x-amz-optional-object-attributes"],
  },
  "bucket GET versions": {
    name: "ListObjectVersions",
    action: "s3:ListBucketVersions",
    covers: ["s3:ListBucket"],
    query: [...LISTING, "key-marker", "version-id-marker"],
    headers: ["x-amz-optional-object-attributes"],
  },
  "bucket GET uploads": {
    name: "ListMultipartUploads",
    action: "s3:ListBucketMultipartUploads",
    query: ["delimiter", "encoding-type", "key-marker", "max-uploads", "prefix", "upload-id-marker"],
  },
  "bucket GET location": { name: "GetBucketLocation", action: "s3:GetBucketLocation" },
  "bucket GET acl": { name: "GetBucketAcl", action: "s3:GetBucketAcl" },
  "bucket PUT acl": {
    name: "PutBucketAcl",
    action: "s3:PutBucketAcl",
    headers: [...CHECKSUM, ...GRANTS],
    body: "stream",
  },
  "bucket POST delete": {
    name: "DeleteObjects",
    action: "s3:DeleteObject",
    versioned: "s3:DeleteObjectVersion",
    headers: [...CHECKSUM, "x-amz-bypass-governance-retention"],
    body: "decides",
  },

  "object HEAD": {
    name: "HeadObject",
    action: "s3:GetObject",
    versioned: "s3:GetObjectVersion",
    query: ["partNumber", "versionId"],
    headers: READ,
  },
  "object GET": {
    name: "GetObject",
    action: "s3:GetObject",
    versioned: "s3:GetObjectVersion",
    query: ["partNumber", "versionId"],
    headers: READ,
  },
  "object GET tagging": {
    name: "GetObjectTagging",
    action: "s3:GetObjectTagging",
    versioned: "s3:GetObjectVersionTagging",
    query: ["versionId"],
  },
  "object GET acl": {
    name: "GetObjectAcl",
    action: "s3:GetObjectAcl",
    versioned: "s3:GetObjectVersionAcl",
    query: ["versionId"],
  },
  "object GET uploadId": {
    name: "ListParts",
    action: "s3:ListMultipartUploadParts",
    query: ["max-parts", "part-number-marker"],
  },
  "object PUT": { name: "PutObject", action: "s3:PutObject", headers: WRITE, body: "stream" },
  "object PUT copy": {
    name: "CopyObject",
    action: "s3:PutObject",
    headers: [...WRITE, ...COPY_SOURCE, "x-amz-metadata-directive", "x-amz-tagging-directive"],
  },
  "object PUT tagging": {
    name: "PutObjectTagging",
    action: "s3:PutObjectTagging",
    versioned: "s3:PutObjectVersionTagging",
    query: ["versionId"],
    headers: CHECKSUM,
    body: "stream",
  },
  "object PUT acl": {
    name: "PutObjectAcl",
    action: "s3:PutObjectAcl",
    versioned: "s3:PutObjectVersionAcl",
    query: ["versionId"],
    headers: [...CHECKSUM, ...GRANTS],
    body: "stream",
  },
  "object PUT uploadId": {
    name: "UploadPart",
    action: "s3:PutObject",
    query: ["partNumber"],
    headers: CHECKSUM,
    body: "stream",
  },
  "object PUT uploadId copy": {
    name: "UploadPartCopy",
    action: "s3:PutObject",
    query: ["partNumber"],
    headers: [...COPY_SOURCE, "x-amz-copy-source-range"],
  },
  "object POST uploads": { name: "CreateMultipartUpload", action: "s3:PutObject", headers: WRITE },
  "object POST uploadId": {
    name: "CompleteMultipartUpload",
    action: "s3:PutObject",
    headers: [...CHECKSUM, "x-amz-mp-object-size"],
    body: "stream",
  },
  "object DELETE": {
    name: "DeleteObject",
    action: "s3:DeleteObject",
    versioned: "s3:DeleteObjectVersion",
    query: ["versionId"],
    headers: ["x-amz-bypass-governance-retention", "x-amz-if-match-"],
  },
  "object DELETE tagging": {
    name: "DeleteObjectTagging",
    action: "s3:DeleteObjectTagging",
    versioned: "s3:DeleteObjectVersionTagging",
    query: ["versionId"],
  },
  "object DELETE uploadId": {
    name: "AbortMultipartUpload",
    action: "s3:AbortMultipartUpload",
    headers: ["x-amz-if-match-"],
  },
};

/** Headers that do what an action of their own does: who sends one needs that action too. */
export const IMPLIED: readonly (readonly [prefix: string, object: string, bucket: string])[] = [
  ["x-amz-acl", "s3:PutObjectAcl", "s3:PutBucketAcl"],
  ["x-amz-grant-", "s3:PutObjectAcl", "s3:PutBucketAcl"],
  ["x-amz-tagging", "s3:PutObjectTagging", "s3:PutBucketTagging"],
  ["x-amz-object-lock-mode", "s3:PutObjectRetention", "s3:PutObjectRetention"],
  ["x-amz-object-lock-retain-until-date", "s3:PutObjectRetention", "s3:PutObjectRetention"],
  ["x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold", "s3:PutObjectLegalHold"],
  ["x-amz-bypass-governance-retention", "s3:BypassGovernanceRetention", "s3:BypassGovernanceRetention"],
  [
    "x-amz-bucket-object-lock-enabled",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketObjectLockConfiguration",
  ],
  ["x-amz-object-ownership", "s3:PutBucketOwnershipControls", "s3:PutBucketOwnershipControls"],
];
