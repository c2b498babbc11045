import type { Requirement } from "./requirement.ts";
import { s3Conditions } from "./s3-conditions.ts";
import { readCopySource } from "./s3-copy-source.ts";
import type { S3Call } from "./s3-call.ts";

/** A call that was recognised, its requirements still to be found. */
export type RecognisedCall = Omit<S3Call, "requirements">;

/** An object that a DeleteObjects call names. */
export interface DeletedObject {
  readonly key: string;
  readonly versionId?: string;
}

/** Operation → the action it needs on its bucket. */
const ON_BUCKET: Readonly<Record<string, string>> = {
  HeadBucket: "s3:ListBucket",
  ListObjects: "s3:ListBucket",
  ListObjectsV2: "s3:ListBucket",
  ListObjectVersions: "s3:ListBucketVersions",
  ListMultipartUploads: "s3:ListBucketMultipartUploads",
  CreateBucket: "s3:CreateBucket",
  DeleteBucket: "s3:DeleteBucket",
  GetBucketLocation: "s3:GetBucketLocation",
  GetBucketAcl: "s3:GetBucketAcl",
  PutBucketAcl: "s3:PutBucketAcl",
};

/** Operation → the actions it needs on its object: without a version id, and with one. */
const ON_OBJECT: Readonly<Record<string, readonly [current: string, version: string]>> = {
  GetObject: ["s3:GetObject", "s3:GetObjectVersion"],
  HeadObject: ["s3:GetObject", "s3:GetObjectVersion"],
  DeleteObject: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
  GetObjectTagging: ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
  PutObjectTagging: ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"],
  DeleteObjectTagging: ["s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"],
  GetObjectAcl: ["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
  PutObjectAcl: ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
  PutObject: ["s3:PutObject", "s3:PutObject"],
  CopyObject: ["s3:PutObject", "s3:PutObject"],
  CreateMultipartUpload: ["s3:PutObject", "s3:PutObject"],
  UploadPart: ["s3:PutObject", "s3:PutObject"],
  UploadPartCopy: ["s3:PutObject", "s3:PutObject"],
  CompleteMultipartUpload: ["s3:PutObject", "s3:PutObject"],
  AbortMultipartUpload: ["s3:AbortMultipartUpload", "s3:AbortMultipartUpload"],
  ListParts: ["s3:ListMultipartUploadParts", "s3:ListMultipartUploadParts"],
};

const CREATES_OBJECT: ReadonlySet<string> = new Set(["PutObject", "CopyObject", "CreateMultipartUpload"]);

/**
 * Header → the action it adds to an operation that makes an object.
 *
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
 */
const BY_HEADER: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "x-amz-acl": "s3:PutObjectAcl",
    "x-amz-grant-full-control": "s3:PutObjectAcl",
    "x-amz-grant-read": "s3:PutObjectAcl",
    "x-amz-grant-read-acp": "s3:PutObjectAcl",
    "x-amz-grant-write": "s3:PutObjectAcl",
    "x-amz-grant-write-acp": "s3:PutObjectAcl",
    "x-amz-tagging": "s3:PutObjectTagging",
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
  }),
);

/**
 * What IAM must allow for a call, all of it.
 *
 * @throws LocalError `InvalidArgument` for a copy source that names no object.
 */
export function s3Requirements(call: RecognisedCall): readonly Requirement[] {
  const context = s3Conditions(call);
  const { operation, bucket = "", key = "" } = call;
  if (operation === "ListBuckets")
    return [{ action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::*", context }];
  const bucketAction = ON_BUCKET[operation];
  if (bucketAction !== undefined) {
    return [bucketAction, ...extraBucketActions(call)].map((action) => ({
      action,
      resource: arn(bucket),
      context,
    }));
  }
  const actions = ON_OBJECT[operation];
  if (actions === undefined) return [];
  const action = actions[call.versionId === undefined ? 0 : 1];
  const onObject = [action, ...extraObjectActions(call)].map((name) => ({
    action: name,
    resource: arn(bucket, key),
    context,
  }));
  return [...sourceRequirements(call), ...onObject];
}

/** What IAM must allow for each object of a DeleteObjects call. */
export function deleteRequirements(
  call: RecognisedCall,
  objects: readonly DeletedObject[],
): readonly Requirement[] {
  const { bucket = "" } = call;
  return objects.flatMap(({ key, versionId }) => {
    const context = s3Conditions(call, versionId);
    const action = versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
    return [action, ...bypassActions(call)].map((name) => ({
      action: name,
      resource: arn(bucket, key),
      context,
    }));
  });
}

function extraBucketActions({ operation, headers }: RecognisedCall): readonly string[] {
  const changesAcl = [...headers.keys()].some((name) => BY_HEADER.get(name) === "s3:PutObjectAcl");
  return operation === "CreateBucket" && changesAcl ? ["s3:PutBucketAcl"] : [];
}

function extraObjectActions(call: RecognisedCall): readonly string[] {
  if (call.operation === "DeleteObject") return bypassActions(call);
  if (!CREATES_OBJECT.has(call.operation)) return [];
  const added = [...call.headers.keys()]
    .map((name) => BY_HEADER.get(name))
    .filter((action) => action !== undefined);
  return [...new Set(added)].sort();
}

function bypassActions({ headers }: RecognisedCall): readonly string[] {
  const bypass = headers.get("x-amz-bypass-governance-retention")?.toLowerCase() === "true";
  return bypass ? ["s3:BypassGovernanceRetention"] : [];
}

function sourceRequirements(call: RecognisedCall): readonly Requirement[] {
  if (call.operation !== "CopyObject" && call.operation !== "UploadPartCopy") return [];
  const { bucket, key, versionId } = readCopySource(call.headers.get("x-amz-copy-source") ?? "");
  const action = versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
  const context = versionId === undefined ? {} : { "s3:VersionId": versionId };
  return [{ action, resource: arn(bucket, key), context }];
}

function arn(bucket: string, key?: string): string {
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}
