import { BYPASS, CHECKSUM, CUSTOMER_KEY, GRANTS } from "./accepted.ts";
import { COPIED } from "./objects.ts";
import type { S3Row } from "./row.ts";

const VERSION = ["versionId"];
const NAMED = ["annotationName", "versionId"];

const HOLD_DAYS = "s3:object-lock-event-hold-duration-days";
const RETENTION = {
  root: "Retention",
  members: {
    Mode: { key: "s3:object-lock-mode" },
    RetainUntilDate: { key: "s3:object-lock-retain-until-date" },
    EventHold: { key: "s3:object-lock-event-hold" },
    "EventHoldDuration/Days": { key: HOLD_DAYS },
    "EventHoldDuration/Years": { key: HOLD_DAYS, unknown: true },
  },
} as const;
const LEGAL_HOLD = { root: "LegalHold", members: { Status: { key: "s3:object-lock-legal-hold" } } };
const ENCRYPTION = {
  root: "ObjectEncryption",
  members: {
    "SSE-KMS": { key: "s3:x-amz-server-side-encryption", is: "aws:kms" },
    "SSE-KMS/KMSKeyArn": { key: "s3:x-amz-server-side-encryption-aws-kms-key-id" },
    "SSE-KMS/BucketKeyEnabled": undefined,
  },
};

/** What is kept with an object: tags, access, locks, annotations, encryption. */
export const OBJECT_SETTINGS: Readonly<Record<string, S3Row>> = {
  "object GET attributes": {
    name: "GetObjectAttributes",
    action: "s3:GetObjectAttributes",
    versioned: "s3:GetObjectVersionAttributes",
    also: COPIED,
    query: VERSION,
    headers: [...CUSTOMER_KEY, "x-amz-max-parts", "x-amz-object-attributes", "x-amz-part-number-marker"],
  },

  "object GET tagging": {
    name: "GetObjectTagging",
    action: "s3:GetObjectTagging",
    versioned: "s3:GetObjectVersionTagging",
    query: VERSION,
  },
  "object PUT tagging": {
    name: "PutObjectTagging",
    action: "s3:PutObjectTagging",
    versioned: "s3:PutObjectVersionTagging",
    query: VERSION,
    headers: CHECKSUM,
    body: "stream",
  },
  "object DELETE tagging": {
    name: "DeleteObjectTagging",
    action: "s3:DeleteObjectTagging",
    versioned: "s3:DeleteObjectVersionTagging",
    query: VERSION,
  },

  "object GET acl": {
    name: "GetObjectAcl",
    action: "s3:GetObjectAcl",
    versioned: "s3:GetObjectVersionAcl",
    query: VERSION,
  },
  // It gives others leave, and does nothing itself: a deny binds whoever asks here anyway.
  "object PUT acl": {
    name: "PutObjectAcl",
    action: "s3:PutObjectAcl",
    versioned: "s3:PutObjectVersionAcl",
    query: VERSION,
    headers: [...CHECKSUM, ...GRANTS],
    body: "stream",
  },

  "object GET retention": { name: "GetObjectRetention", action: "s3:GetObjectRetention", query: VERSION },
  "object PUT retention": {
    name: "PutObjectRetention",
    action: "s3:PutObjectRetention",
    query: VERSION,
    headers: [...CHECKSUM, ...BYPASS],
    body: RETENTION,
  },
  "object GET legal-hold": { name: "GetObjectLegalHold", action: "s3:GetObjectLegalHold", query: VERSION },
  "object PUT legal-hold": {
    name: "PutObjectLegalHold",
    action: "s3:PutObjectLegalHold",
    query: VERSION,
    headers: CHECKSUM,
    body: LEGAL_HOLD,
  },

  "object GET annotation": {
    name: "ListObjectAnnotations",
    action: "s3:ListObjectAnnotations",
    versioned: "s3:ListObjectVersionAnnotations",
    query: [...VERSION, "annotation-prefix", "continuation-token", "max-annotation-results"],
  },
  "object GET annotation annotationName": {
    name: "GetObjectAnnotation",
    action: "s3:GetObjectAnnotation",
    versioned: "s3:GetObjectVersionAnnotation",
    query: NAMED,
    headers: ["x-amz-checksum-"],
  },
  "object PUT annotation annotationName": {
    name: "PutObjectAnnotation",
    action: "s3:PutObjectAnnotation",
    versioned: "s3:PutObjectVersionAnnotation",
    query: NAMED,
    headers: [...CHECKSUM, "x-amz-object-if-match"],
    body: "stream",
  },
  "object DELETE annotation annotationName": {
    name: "DeleteObjectAnnotation",
    action: "s3:DeleteObjectAnnotation",
    versioned: "s3:DeleteObjectVersionAnnotation",
    query: NAMED,
    headers: [...BYPASS, "x-amz-object-if-match"],
  },

  // What a copy of the object onto itself does: another key, which may lock it away from its readers.
  "object PUT encryption": {
    name: "UpdateObjectEncryption",
    action: "s3:UpdateObjectEncryption",
    covers: ["s3:PutObject"],
    query: VERSION,
    headers: CHECKSUM,
    body: ENCRYPTION,
  },
};
