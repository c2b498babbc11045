import { BYPASS, CHECKSUM, COPY_SOURCE, CUSTOMER_KEY, READ, WRITE } from "./accepted.ts";
import type { S3Action, S3Row } from "./row.ts";

/** What a copy does to its source. */
export const COPIED: S3Action = { action: "s3:GetObject", versioned: "s3:GetObjectVersion" };

const READING = { ...COPIED, query: ["partNumber", "versionId"], headers: READ };

/** Objects: their bytes, whole and in parts. */
export const OBJECTS: Readonly<Record<string, S3Row>> = {
  "object HEAD": { name: "HeadObject", ...READING },
  "object GET": { name: "GetObject", ...READING },
  "object PUT": {
    name: "PutObject",
    action: "s3:PutObject",
    ifMatch: "etag or any",
    headers: WRITE,
    body: "stream",
  },
  "object PUT copy": {
    name: "CopyObject",
    action: "s3:PutObject",
    ifMatch: "etag or any",
    headers: [
      ...WRITE,
      ...COPY_SOURCE,
      "x-amz-metadata-directive",
      "x-amz-object-annotation-directive",
      "x-amz-tagging-directive",
    ],
  },
  "object DELETE": {
    name: "DeleteObject",
    action: "s3:DeleteObject",
    versioned: "s3:DeleteObjectVersion",
    query: ["versionId"],
    ifMatch: "etag",
    headers: [...BYPASS, "x-amz-if-match-"],
  },

  "object POST uploads": { name: "CreateMultipartUpload", action: "s3:PutObject", headers: WRITE },
  "object PUT uploadId": {
    name: "UploadPart",
    action: "s3:PutObject",
    query: ["partNumber"],
    needsQuery: "partNumber",
    headers: [...CHECKSUM, ...CUSTOMER_KEY],
    body: "stream",
  },
  "object PUT uploadId copy": {
    name: "UploadPartCopy",
    action: "s3:PutObject",
    query: ["partNumber"],
    needsQuery: "partNumber",
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
    ifMatch: "etag or any",
    headers: [...CHECKSUM, ...CUSTOMER_KEY, "x-amz-mp-object-size"],
    body: "stream",
  },
  "object DELETE uploadId": {
    name: "AbortMultipartUpload",
    action: "s3:AbortMultipartUpload",
    headers: ["x-amz-if-match-"],
  },

  // The expression is about this object alone, and what it selects comes in the answer.
  "object POST select": {
    name: "SelectObjectContent",
    action: "s3:GetObject",
    query: ["select-type"],
    headers: CUSTOMER_KEY,
    body: "stream",
  },
  // By the file that it gives anyone has the object's bytes from S3's peers.
  "object GET torrent": { name: "GetObjectTorrent", action: "s3:GetObjectTorrent", covers: ["s3:GetObject"] },
  // It brings back what is there: no other action does that, and reading it is asked for apart.
  "object POST restore": {
    name: "RestoreObject",
    action: "s3:RestoreObject",
    query: ["versionId"],
    headers: CHECKSUM,
    body: "restore",
  },
};
