import { CHECKSUM, GRANTS } from "./accepted.ts";
import { BUCKET_ENCRYPTION, REPLICATION } from "./encrypting-bodies.ts";
import type { S3Row } from "./row.ts";

const BODY = { headers: CHECKSUM, body: "stream" } as const;

const OWNERSHIP = {
  root: "OwnershipControls",
  members: { "Rule/ObjectOwnership": { key: "s3:x-amz-object-ownership" } },
};

/** Two APIs for one set of tags. */
const GET_TAGS = { covers: ["s3:ListTagsForResource"] };
const PUT_TAGS = { covers: ["s3:TagResource", "s3:UntagResource"] };
const DELETE_TAGS = { covers: ["s3:UntagResource"] };
/** Objects, their old versions and unfinished uploads are deleted by rule. */
const EXPIRES = { reaches: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"] };
/** S3 reads every new object, and writes it to another bucket. */
const REPLICATES = { reaches: ["s3:GetObject", "s3:GetObjectVersion"] };
/** Every new object is locked. */
const LOCKS = { reaches: ["s3:PutObjectRetention"] };

/**
 * How a bucket is set up. A policy, an access control list and the block of public access give others leave or take it,
 * and do nothing themselves: these cover nothing.
 */
export const BUCKET_SETTINGS: Readonly<Record<string, S3Row>> = {
  "bucket GET location": { name: "GetBucketLocation", action: "s3:GetBucketLocation" },

  "bucket GET abac": { name: "GetBucketAbac", action: "s3:GetBucketAbac" },
  "bucket PUT abac": { name: "PutBucketAbac", action: "s3:PutBucketAbac", ...BODY },

  "bucket GET accelerate": {
    name: "GetBucketAccelerateConfiguration",
    action: "s3:GetAccelerateConfiguration",
  },
  "bucket PUT accelerate": {
    name: "PutBucketAccelerateConfiguration",
    action: "s3:PutAccelerateConfiguration",
    ...BODY,
  },

  "bucket GET acl": { name: "GetBucketAcl", action: "s3:GetBucketAcl" },
  "bucket PUT acl": {
    name: "PutBucketAcl",
    action: "s3:PutBucketAcl",
    headers: [...CHECKSUM, ...GRANTS],
    body: "stream",
  },

  "bucket GET cors": { name: "GetBucketCors", action: "s3:GetBucketCORS" },
  "bucket PUT cors": { name: "PutBucketCors", action: "s3:PutBucketCORS", ...BODY },
  "bucket DELETE cors": { name: "DeleteBucketCors", action: "s3:PutBucketCORS" },

  "bucket GET encryption": { name: "GetBucketEncryption", action: "s3:GetEncryptionConfiguration" },
  "bucket PUT encryption": {
    name: "PutBucketEncryption",
    action: "s3:PutEncryptionConfiguration",
    headers: CHECKSUM,
    body: BUCKET_ENCRYPTION,
  },
  "bucket DELETE encryption": { name: "DeleteBucketEncryption", action: "s3:PutEncryptionConfiguration" },

  "bucket GET lifecycle": { name: "GetBucketLifecycleConfiguration", action: "s3:GetLifecycleConfiguration" },
  "bucket PUT lifecycle": {
    name: "PutBucketLifecycleConfiguration",
    action: "s3:PutLifecycleConfiguration",
    ...EXPIRES,
    headers: [...CHECKSUM, "x-amz-transition-default-minimum-object-size"],
    body: "stream",
  },
  "bucket DELETE lifecycle": { name: "DeleteBucketLifecycle", action: "s3:PutLifecycleConfiguration" },

  "bucket GET object-lock": {
    name: "GetObjectLockConfiguration",
    action: "s3:GetBucketObjectLockConfiguration",
  },
  "bucket PUT object-lock": {
    name: "PutObjectLockConfiguration",
    action: "s3:PutBucketObjectLockConfiguration",
    ...LOCKS,
    headers: [...CHECKSUM, "x-amz-bucket-object-lock-token"],
    body: "stream",
  },

  "bucket GET ownershipControls": {
    name: "GetBucketOwnershipControls",
    action: "s3:GetBucketOwnershipControls",
  },
  "bucket PUT ownershipControls": {
    name: "PutBucketOwnershipControls",
    action: "s3:PutBucketOwnershipControls",
    headers: CHECKSUM,
    body: OWNERSHIP,
  },
  "bucket DELETE ownershipControls": {
    name: "DeleteBucketOwnershipControls",
    action: "s3:PutBucketOwnershipControls",
  },

  "bucket GET policy": { name: "GetBucketPolicy", action: "s3:GetBucketPolicy" },
  "bucket PUT policy": {
    name: "PutBucketPolicy",
    action: "s3:PutBucketPolicy",
    headers: [...CHECKSUM, "x-amz-confirm-remove-self-bucket-access"],
    body: "stream",
  },
  "bucket DELETE policy": { name: "DeleteBucketPolicy", action: "s3:DeleteBucketPolicy" },
  "bucket GET policyStatus": { name: "GetBucketPolicyStatus", action: "s3:GetBucketPolicyStatus" },

  "bucket GET publicAccessBlock": {
    name: "GetPublicAccessBlock",
    action: "s3:GetBucketPublicAccessBlock",
  },
  "bucket PUT publicAccessBlock": {
    name: "PutPublicAccessBlock",
    action: "s3:PutBucketPublicAccessBlock",
    ...BODY,
  },
  "bucket DELETE publicAccessBlock": {
    name: "DeletePublicAccessBlock",
    action: "s3:PutBucketPublicAccessBlock",
  },

  "bucket GET replication": { name: "GetBucketReplication", action: "s3:GetReplicationConfiguration" },
  "bucket PUT replication": {
    name: "PutBucketReplication",
    action: "s3:PutReplicationConfiguration",
    ...REPLICATES,
    headers: [...CHECKSUM, "x-amz-bucket-object-lock-token"],
    body: REPLICATION,
  },
  "bucket DELETE replication": { name: "DeleteBucketReplication", action: "s3:PutReplicationConfiguration" },

  "bucket GET requestPayment": { name: "GetBucketRequestPayment", action: "s3:GetBucketRequestPayment" },
  "bucket PUT requestPayment": {
    name: "PutBucketRequestPayment",
    action: "s3:PutBucketRequestPayment",
    ...BODY,
  },

  "bucket GET tagging": { name: "GetBucketTagging", action: "s3:GetBucketTagging", ...GET_TAGS },
  "bucket PUT tagging": { name: "PutBucketTagging", action: "s3:PutBucketTagging", ...BODY, ...PUT_TAGS },
  "bucket DELETE tagging": { name: "DeleteBucketTagging", action: "s3:PutBucketTagging", ...DELETE_TAGS },

  "bucket GET versioning": { name: "GetBucketVersioning", action: "s3:GetBucketVersioning" },
  "bucket PUT versioning": { name: "PutBucketVersioning", action: "s3:PutBucketVersioning", ...BODY },

  "bucket GET website": { name: "GetBucketWebsite", action: "s3:GetBucketWebsite" },
  "bucket PUT website": {
    name: "PutBucketWebsite",
    action: "s3:PutBucketWebsite",
    headers: CHECKSUM,
    body: "website",
  },
  "bucket DELETE website": { name: "DeleteBucketWebsite", action: "s3:DeleteBucketWebsite" },
};
