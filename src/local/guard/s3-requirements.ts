import type { IamContext } from "../iam/context.ts";
import type { Requirement } from "./requirement.ts";
import type { S3Call } from "./s3-call.ts";
import { s3Conditions } from "./s3-conditions.ts";
import type { DeletedObject } from "./s3-delete-objects.ts";
import type { S3Row } from "./s3-operation-table.ts";
import type { S3Place } from "./s3-place.ts";

/** A call that was recognised, its requirements still to be found. */
export type RecognisedCall = Omit<S3Call, "requirements">;

/** Operations that make an object, so that headers may say more of it than its content. */
const CREATES_OBJECT: ReadonlySet<string> = new Set(["PutObject", "CopyObject", "CreateMultipartUpload"]);
/** Operations that may be told to write only over an object with a certain ETag. */
const WRITES_OVER: ReadonlySet<string> = new Set(["PutObject", "CopyObject", "CompleteMultipartUpload"]);
/** Operations that may be told to go on only for an object with a certain ETag, by a header of their own. */
const ANNOTATES: ReadonlySet<string> = new Set(["PutObjectAnnotation", "DeleteObjectAnnotation"]);
/** Operations that may be told to bypass governance mode. */
const BYPASSES: ReadonlySet<string> = new Set([
  "DeleteObject",
  "DeleteObjectAnnotation",
  "DeleteObjects",
  "PutObjectRetention",
]);
/** Operations of directory buckets, whose ARNs are others. */
const DIRECTORY: ReadonlySet<string> = new Set(["CreateSession", "RenameObject"]);

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
    "x-amz-object-lock-event-hold": "s3:PutObjectRetention",
    "x-amz-object-lock-event-hold-duration-days": "s3:PutObjectRetention",
    "x-amz-object-lock-event-hold-duration-years": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
  }),
);

/** What IAM must allow for a call, as far as its head tells. */
export function s3Requirements(call: RecognisedCall, row: S3Row, place: S3Place): readonly Requirement[] {
  const actions = call.versionId === undefined ? row.actions : row.versionActions;
  const context = s3Conditions(call);
  const all = [...new Set([...actions, ...extraActions(call)])];
  const own = row.operation === "DeleteObjects" ? [] : resourcesOf(call, place);
  return [
    ...sourceRequirements(call),
    ...own.flatMap((resource) => all.map((action) => ({ action, resource, context }))),
  ];
}

/** What IAM must allow for one object of a DeleteObjects call. */
export function deleteRequirements(
  call: RecognisedCall,
  { key, versionId, etag }: DeletedObject,
): readonly Requirement[] {
  const context = {
    ...s3Conditions(call, versionId),
    ...(etag !== undefined && { "s3:if-match": etag }),
  };
  const actions = [
    versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion",
    ...bypassActions(call),
    ...comparingActions(etag),
  ];
  const resources = objectArns(call.bucket ?? "", key, call.accessPoint);
  return resources.flatMap((resource) => actions.map((action) => ({ action, resource, context })));
}

/** Where an access point was named, both it and its bucket count. */
function resourcesOf(call: RecognisedCall, { account, region }: S3Place): readonly string[] {
  const { operation, bucket, key, accessPoint } = call;
  if (bucket === undefined) return ["arn:aws:s3:::*"];
  if (DIRECTORY.has(operation)) {
    return [`arn:aws:s3express:${call.endpointRegion ?? region}:${account}:bucket/${bucket}`];
  }
  if (key !== undefined) return objectArns(bucket, key, accessPoint);
  return [...(accessPoint === undefined ? [] : [accessPoint]), `arn:aws:s3:::${bucket}`];
}

function objectArns(bucket: string, key: string, accessPoint: string | undefined): readonly string[] {
  const through = accessPoint === undefined ? [] : [`${accessPoint}/object/${key}`];
  return [...through, `arn:aws:s3:::${bucket}/${key}`];
}

function sourceRequirements({ source }: RecognisedCall): readonly Requirement[] {
  if (source === undefined) return [];
  const { bucket, key, versionId, accessPoint } = source;
  const action = versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
  const context: IamContext = versionId === undefined ? {} : { "s3:VersionId": versionId };
  return objectArns(bucket, key, accessPoint).map((resource) => ({ action, resource, context }));
}

function extraActions(call: RecognisedCall): readonly string[] {
  const { operation, headers } = call;
  if (operation === "CreateBucket") return newBucketActions(call);
  // Whoever writes over an object by its ETag learns whether it has it (User Guide, "conditional writes").
  const writesOver = WRITES_OVER.has(operation) && headers.has("if-match") ? ["s3:GetObject"] : [];
  if (CREATES_OBJECT.has(operation)) return [...headerActions(call), ...writesOver].toSorted();
  const compares = operation === "DeleteObject" ? comparingActions(headers.get("if-match")) : [];
  const annotates = ANNOTATES.has(operation) && headers.has("x-amz-object-if-match") ? ["s3:GetObject"] : [];
  return [...bypassActions(call), ...writesOver, ...compares, ...annotates];
}

function headerActions({ headers }: RecognisedCall): readonly string[] {
  return [...headers.keys()].map((name) => BY_HEADER.get(name)).filter((action) => action !== undefined);
}

/** Source: Amazon S3 API Reference, CreateBucket, "Permissions". */
function newBucketActions(call: RecognisedCall): readonly string[] {
  const { headers } = call;
  const locks = headers.get("x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true";
  return [
    ...(headerActions(call).includes("s3:PutObjectAcl") ? ["s3:PutBucketAcl"] : []),
    ...(locks ? ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"] : []),
    ...(headers.has("x-amz-object-ownership") ? ["s3:PutBucketOwnershipControls"] : []),
  ];
}

function bypassActions({ operation, headers }: RecognisedCall): readonly string[] {
  const bypass = headers.get("x-amz-bypass-governance-retention")?.toLowerCase() === "true";
  return bypass && BYPASSES.has(operation) ? ["s3:BypassGovernanceRetention"] : [];
}

/** Whoever deletes an object by its ETag learns whether it has it (User Guide, "Enforce conditional deletes"). */
function comparingActions(etag: string | undefined): readonly string[] {
  return etag === undefined || etag === "*" ? [] : ["s3:GetObject"];
}
