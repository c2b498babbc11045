import { getBucketAcl, getObjectAcl, putBucketAcl, putObjectAcl } from "./acl.ts";
import * as buckets from "./bucket-operations.ts";
import { reportOperations } from "./bucket-reports.ts";
import { getBucketPolicyStatus, settingOperations } from "./bucket-settings.ts";
import { completeMultipartUpload } from "./complete-multipart-upload.ts";
import { copyObject } from "./copy-object.ts";
import { deleteObject, deleteObjects } from "./delete-object.ts";
import { getObject, headObject } from "./get-object.ts";
import { listObjectVersions, listObjects, listObjectsV2 } from "./list-objects.ts";
import { abortMultipartUpload, createMultipartUpload, listMultipartUploads } from "./multipart-uploads.ts";
import { getObjectAttributes } from "./object-attributes.ts";
import { getObjectLegalHold, getObjectRetention } from "./object-lock.ts";
import { putObjectLegalHold, putObjectRetention } from "./object-lock.ts";
import { putObject } from "./put-object.ts";
import type { S3Operation } from "./request.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./tagging-operations.ts";
import { listParts, uploadPart, uploadPartCopy } from "./upload-part.ts";

/** Every operation that the stand-in has, by the API's own name. */
export const OPERATIONS: ReadonlyMap<string, S3Operation> = new Map<string, S3Operation>([
  ["ListBuckets", buckets.listBuckets],
  ["HeadBucket", buckets.headBucket],
  ["CreateBucket", buckets.createBucket],
  ["DeleteBucket", buckets.deleteBucket],
  ["GetBucketLocation", buckets.getBucketLocation],
  ["GetBucketAcl", getBucketAcl],
  ["PutBucketAcl", putBucketAcl],
  ["GetBucketPolicyStatus", getBucketPolicyStatus],
  ...settingOperations(),
  ...reportOperations(),
  ["ListObjects", listObjects],
  ["ListObjectsV2", listObjectsV2],
  ["ListObjectVersions", listObjectVersions],
  ["PutObject", putObject],
  ["GetObject", getObject],
  ["HeadObject", headObject],
  ["GetObjectAttributes", getObjectAttributes],
  ["DeleteObject", deleteObject],
  ["DeleteObjects", deleteObjects],
  ["CopyObject", copyObject],
  ["GetObjectTagging", getObjectTagging],
  ["PutObjectTagging", putObjectTagging],
  ["DeleteObjectTagging", deleteObjectTagging],
  ["GetObjectAcl", getObjectAcl],
  ["PutObjectAcl", putObjectAcl],
  ["GetObjectRetention", getObjectRetention],
  ["PutObjectRetention", putObjectRetention],
  ["GetObjectLegalHold", getObjectLegalHold],
  ["PutObjectLegalHold", putObjectLegalHold],
  ["CreateMultipartUpload", createMultipartUpload],
  ["UploadPart", uploadPart],
  ["UploadPartCopy", uploadPartCopy],
  ["ListParts", listParts],
  ["ListMultipartUploads", listMultipartUploads],
  ["CompleteMultipartUpload", completeMultipartUpload],
  ["AbortMultipartUpload", abortMultipartUpload],
]);
