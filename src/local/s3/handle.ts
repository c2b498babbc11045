import { createHash } from "node:crypto";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { World } from "../world.ts";
import { getBucketAcl, getObjectAcl, putBucketAcl, putObjectAcl } from "./acl.ts";
import { createBodies } from "./bodies.ts";
import * as buckets from "./bucket-operations.ts";
import { completeMultipartUpload } from "./complete-multipart-upload.ts";
import { copyObject } from "./copy-object.ts";
import { deleteObject, deleteObjects } from "./delete-object.ts";
import { getObject, headObject } from "./get-object.ts";
import { listObjectVersions, listObjects, listObjectsV2 } from "./list-objects.ts";
import { abortMultipartUpload, createMultipartUpload, listMultipartUploads } from "./multipart-uploads.ts";
import { putObject } from "./put-object.ts";
import { invalidArgument, notImplemented } from "./refusals.ts";
import type { S3Context, S3Operation, S3Payload, S3Request } from "./request.ts";
import { createStore } from "./store.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./tagging-operations.ts";
import { listParts, uploadPart, uploadPartCopy } from "./upload-part.ts";

/** The stand-in's S3. */
export interface S3 {
  /** @throws LocalError with a code of S3 */
  readonly handle: (request: S3Request, payload: S3Payload) => Promise<LocalAnswer>;
  /** Makes buckets with text objects in them. */
  readonly seed: (buckets: World["buckets"]) => Promise<void>;
  /** Where a bucket is; undefined when there is none. */
  readonly regionOf: (bucket: string) => string | undefined;
  /** Gives up everything that is stored. */
  readonly close: () => Promise<void>;
}

/** What an S3 is made of; `directory` takes bodies beyond 1 MiB, by default the system's temporary one. */
export interface S3Options {
  readonly now: () => number;
  readonly directory?: string;
  /** Default `123456789012`. */
  readonly account?: string;
  /** Default `us-east-1`. */
  readonly region?: string;
}

/** Every operation that the stand-in has. */
const OPERATIONS: ReadonlyMap<string, S3Operation> = new Map<string, S3Operation>([
  ["ListBuckets", buckets.listBuckets],
  ["HeadBucket", buckets.headBucket],
  ["CreateBucket", buckets.createBucket],
  ["DeleteBucket", buckets.deleteBucket],
  ["GetBucketLocation", buckets.getBucketLocation],
  ["GetBucketAcl", getBucketAcl],
  ["PutBucketAcl", putBucketAcl],
  ["ListObjects", listObjects],
  ["ListObjectsV2", listObjectsV2],
  ["ListObjectVersions", listObjectVersions],
  ["PutObject", putObject],
  ["GetObject", getObject],
  ["HeadObject", headObject],
  ["DeleteObject", deleteObject],
  ["DeleteObjects", deleteObjects],
  ["CopyObject", copyObject],
  ["GetObjectTagging", getObjectTagging],
  ["PutObjectTagging", putObjectTagging],
  ["DeleteObjectTagging", deleteObjectTagging],
  ["GetObjectAcl", getObjectAcl],
  ["PutObjectAcl", putObjectAcl],
  ["CreateMultipartUpload", createMultipartUpload],
  ["UploadPart", uploadPart],
  ["UploadPartCopy", uploadPartCopy],
  ["ListParts", listParts],
  ["ListMultipartUploads", listMultipartUploads],
  ["CompleteMultipartUpload", completeMultipartUpload],
  ["AbortMultipartUpload", abortMultipartUpload],
]);

const MAX_KEY_BYTES = 1024;

/** Makes an S3 without buckets. */
export function createS3({ now, directory, account = "123456789012", region = "us-east-1" }: S3Options): S3 {
  const context: S3Context = {
    store: createStore(),
    bodies: createBodies(directory),
    now,
    account,
    region,
    ownerId: createHash("sha256").update(account).digest("hex"),
  };
  return {
    handle: (request, payload) => handle(context, request, payload),
    seed: (seeds) => seed(context, seeds),
    regionOf: (bucket) => context.store.find(bucket)?.region,
    close: context.bodies.close,
  };
}

async function handle(context: S3Context, request: S3Request, payload: S3Payload): Promise<LocalAnswer> {
  const operation = OPERATIONS.get(request.operation);
  if (operation === undefined) throw notImplemented(request.operation);
  checkCall(context, request);
  return await operation(context, request, payload);
}

/** What holds for every operation alike. */
function checkCall({ account }: S3Context, { key = "", versionId, headers }: S3Request): void {
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw new LocalError("KeyTooLongError", "Your key is too long", 400, {
      Size: String(size),
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    });
  }
  if (versionId !== undefined && versionId !== "null") {
    throw invalidArgument("Invalid version id specified", "versionId", versionId);
  }
  if ((headers.get("x-amz-expected-bucket-owner") ?? account) !== account) {
    throw new LocalError("AccessDenied", "Access Denied", 403);
  }
}

async function seed(context: S3Context, seeds: World["buckets"]): Promise<void> {
  for (const [bucket, { objects, region = context.region }] of Object.entries(seeds)) {
    context.store.create(bucket, { createdAtMs: context.now(), region });
    for (const [key, content] of Object.entries(objects)) {
      const headers = new Map([["content-type", "text/plain; charset=utf-8"]]);
      const request = { operation: "PutObject", bucket, key, query: new Map<string, string>(), headers };
      await putObject(context, request, { body: once(Buffer.from(content)), trailers: () => new Map() });
    }
  }
}

// oxlint-disable-next-line require-await -- content is asynchronous wherever it comes from
async function* once(content: Buffer): AsyncGenerator<Buffer, void> {
  yield content;
}
