import { BYPASS, CHECKSUM, GRANTS, LISTED } from "./accepted.ts";
import type { S3Row } from "./row.ts";

const LISTING = ["delimiter", "encoding-type", "max-keys", "prefix"];

/** Buckets themselves, and what is in them. */
export const BUCKETS: Readonly<Record<string, S3Row>> = {
  "service GET": {
    name: "ListBuckets",
    action: "s3:ListAllMyBuckets",
    query: ["bucket-region", "continuation-token", "max-buckets", "prefix"],
  },

  "bucket HEAD": { name: "HeadBucket", action: "s3:ListBucket" },
  "bucket PUT": {
    name: "CreateBucket",
    action: "s3:CreateBucket",
    headers: [
      ...GRANTS,
      "x-amz-bucket-namespace",
      "x-amz-bucket-object-lock-enabled",
      "x-amz-object-ownership",
    ],
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
  "bucket POST delete": {
    name: "DeleteObjects",
    action: "s3:DeleteObject",
    versioned: "s3:DeleteObjectVersion",
    headers: [...CHECKSUM, ...BYPASS],
    body: "objects",
  },
};
