import { BYPASS, CHECKSUM, COPY_SOURCE, CUSTOMER_KEY, GRANTS, LISTED, READ, WRITE } from "./accepted.ts";

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
  /** `stream`: a body goes with it; `objects`, `bucket`: the body says what else is asked. Default: it has none. */
  readonly body?: "stream" | "objects" | "bucket";
}

const LISTING = ["delimiter", "encoding-type", "max-keys", "prefix"];

/** What a copy does to its source. */
export const COPIED: Pick<S3Row, "action" | "versioned"> = {
  action: "s3:GetObject",
  versioned: "s3:GetObjectVersion",
};

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
    body: "bucket",
  },
  "bucket DELETE": { name: "DeleteBucket", action: "s3:DeleteBucket" },
  "bucket GET": {
    name: "ListObjects",
    action: "s3:ListBucket",
    query: [...LISTING, "marker"],
    headers: LISTED,
  },
  "bucket GET list-type": {
    name: "ListObjectsV2",
    action: "s3:ListBucket",
    query: [...LISTING, "continuation-token", "fetch-owner", "start-after"],
    headers: LISTED,
  },
  "bucket GET versions": {
    name: "ListObjectVersions",
    action: "s3:ListBucketVersions",
    covers: ["s3:ListBucket"],
    query: [...LISTING, "key-marker", "version-id-marker"],
    headers: LISTED,
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
    headers: [...CHECKSUM, ...BYPASS],
    body: "objects",
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
  "object PUT": { name: "PutObject", action: "s3:PutObject", headers: WRITE, body: "stream" },
  "object PUT copy": {
    name: "CopyObject",
    action: "s3:PutObject",
    headers: [...WRITE, ...COPY_SOURCE, "x-amz-metadata-directive", "x-amz-tagging-directive"],
  },
  "object DELETE": {
    name: "DeleteObject",
    action: "s3:DeleteObject",
    versioned: "s3:DeleteObjectVersion",
    query: ["versionId"],
    headers: [...BYPASS, "x-amz-if-match-"],
  },

  "object POST uploads": { name: "CreateMultipartUpload", action: "s3:PutObject", headers: WRITE },
  "object PUT uploadId": {
    name: "UploadPart",
    action: "s3:PutObject",
    query: ["partNumber"],
    headers: [...CHECKSUM, ...CUSTOMER_KEY],
    body: "stream",
  },
  "object PUT uploadId copy": {
    name: "UploadPartCopy",
    action: "s3:PutObject",
    query: ["partNumber"],
    headers: [...COPY_SOURCE, ...CUSTOMER_KEY, "x-amz-copy-source-range"],
  },
  "object GET uploadId": {
    name: "ListParts",
    action: "s3:ListMultipartUploadParts",
    query: ["max-parts", "part-number-marker"],
    headers: CUSTOMER_KEY,
  },
  "object POST uploadId": {
    name: "CompleteMultipartUpload",
    action: "s3:PutObject",
    headers: [...CHECKSUM, ...CUSTOMER_KEY, "x-amz-mp-object-size"],
    body: "stream",
  },
  "object DELETE uploadId": {
    name: "AbortMultipartUpload",
    action: "s3:AbortMultipartUpload",
    headers: ["x-amz-if-match-"],
  },

  "object GET tagging": {
    name: "GetObjectTagging",
    action: "s3:GetObjectTagging",
    versioned: "s3:GetObjectVersionTagging",
    query: ["versionId"],
  },
  "object PUT tagging": {
    name: "PutObjectTagging",
    action: "s3:PutObjectTagging",
    versioned: "s3:PutObjectVersionTagging",
    query: ["versionId"],
    headers: CHECKSUM,
    body: "stream",
  },
  "object DELETE tagging": {
    name: "DeleteObjectTagging",
    action: "s3:DeleteObjectTagging",
    versioned: "s3:DeleteObjectVersionTagging",
    query: ["versionId"],
  },
  "object GET acl": {
    name: "GetObjectAcl",
    action: "s3:GetObjectAcl",
    versioned: "s3:GetObjectVersionAcl",
    query: ["versionId"],
  },
  "object PUT acl": {
    name: "PutObjectAcl",
    action: "s3:PutObjectAcl",
    versioned: "s3:PutObjectVersionAcl",
    query: ["versionId"],
    headers: [...CHECKSUM, ...GRANTS],
    body: "stream",
  },
};
