import type { IamContext } from "../iam/context.ts";
import type { S3Call } from "./s3-call.ts";

/** Query parameters that list operations give to IAM as `s3:<name>`. */
const LISTING: readonly string[] = [
  "prefix",
  "delimiter",
  "max-keys",
  "annotation-prefix",
  "max-annotation-results",
];

/** Headers that are condition keys of the same name after `s3:`. */
const HEADERS: readonly string[] = `
  x-amz-acl x-amz-copy-source x-amz-metadata-directive x-amz-storage-class
  x-amz-grant-full-control x-amz-grant-read x-amz-grant-read-acp x-amz-grant-write
  x-amz-grant-write-acp x-amz-content-sha256 x-amz-server-side-encryption
  x-amz-server-side-encryption-aws-kms-key-id x-amz-server-side-encryption-customer-algorithm
  x-amz-website-redirect-location x-amz-object-ownership x-amz-bucket-namespace x-amz-object-if-match
  x-amz-object-annotation-directive if-match if-none-match
`
  .trim()
  .split(/\s+/);

/** Headers whose condition key has another name. */
const RENAMED: Readonly<Record<string, string>> = {
  "x-amz-object-lock-mode": "s3:object-lock-mode",
  "x-amz-object-lock-retain-until-date": "s3:object-lock-retain-until-date",
  "x-amz-object-lock-legal-hold": "s3:object-lock-legal-hold",
  "x-amz-object-lock-event-hold": "s3:object-lock-event-hold",
  "x-amz-object-lock-event-hold-duration-days": "s3:object-lock-event-hold-duration-days",
};

/** Operations that need `s3:PutObject`, and whether the object is there once they are done. */
const CREATES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    PutObject: "true",
    CopyObject: "true",
    CompleteMultipartUpload: "true",
    CreateMultipartUpload: "false",
    UploadPart: "false",
    UploadPartCopy: "false",
  }),
);

/**
 * The condition keys of S3 that a call gives values to; a parameter that is not there gives none.
 *
 * Source: Service Authorization Reference, "Condition keys for Amazon S3".
 */
export function s3Conditions(
  call: Omit<S3Call, "requirements">,
  versionId: string | undefined = call.versionId,
): IamContext {
  const context: Record<string, string | readonly string[]> = { "s3:signatureversion": "AWS4-HMAC-SHA256" };
  for (const name of LISTING) take(context, `s3:${name}`, call.query.get(name));
  for (const name of HEADERS) take(context, `s3:${name}`, call.headers.get(name));
  for (const [header, key] of Object.entries(RENAMED)) take(context, key, call.headers.get(header));
  take(context, "s3:VersionId", versionId);
  take(context, "s3:ObjectCreationOperation", CREATES.get(call.operation));
  if (call.accessPoint !== undefined) {
    context["s3:DataAccessPointArn"] = call.accessPoint;
    take(context, "s3:DataAccessPointAccount", call.accessPoint.split(":")[4]);
    context["s3:AccessPointNetworkOrigin"] = "Internet";
  }
  const tags = [...new URLSearchParams(call.headers.get("x-amz-tagging") ?? "")];
  for (const [name, value] of tags) context[`s3:RequestObjectTag/${name}`] = value;
  context["s3:RequestObjectTagKeys"] = tags.map(([name]) => name);
  return context;
}

function take(
  context: Record<string, string | readonly string[]>,
  key: string,
  value: string | undefined,
): void {
  if (value !== undefined) context[key] = value;
}
