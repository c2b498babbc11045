import { LocalError } from "../request.ts";

/** What an S3 path names. */
export type S3Level = "service" | "bucket" | "object";

/** Query parameters that choose another operation than the method alone would. */
const SELECTORS: ReadonlySet<string> = new Set(
  `
  accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory
  legal-hold lifecycle location logging metadataConfiguration metadataTable metrics notification
  object-lock ownershipControls policy policyStatus publicAccessBlock renameObject replication
  requestPayment restore retention select session tagging torrent uploadId uploads versioning
  versions website
`
    .trim()
    .split(/\s+/),
);

/** `METHOD level selector` → the API's name. */
const OPERATIONS: Readonly<Record<string, string>> = {
  "GET service": "ListBuckets",
  "HEAD bucket": "HeadBucket",
  "PUT bucket": "CreateBucket",
  "DELETE bucket": "DeleteBucket",
  "GET bucket": "ListObjects",
  "GET bucket location": "GetBucketLocation",
  "GET bucket versions": "ListObjectVersions",
  "GET bucket uploads": "ListMultipartUploads",
  "GET bucket acl": "GetBucketAcl",
  "PUT bucket acl": "PutBucketAcl",
  "POST bucket delete": "DeleteObjects",
  "GET object": "GetObject",
  "HEAD object": "HeadObject",
  "PUT object": "PutObject",
  "DELETE object": "DeleteObject",
  "POST object uploads": "CreateMultipartUpload",
  "PUT object uploadId": "UploadPart",
  "POST object uploadId": "CompleteMultipartUpload",
  "DELETE object uploadId": "AbortMultipartUpload",
  "GET object uploadId": "ListParts",
  "GET object tagging": "GetObjectTagging",
  "PUT object tagging": "PutObjectTagging",
  "DELETE object tagging": "DeleteObjectTagging",
  "GET object acl": "GetObjectAcl",
  "PUT object acl": "PutObjectAcl",
};

/**
 * Tells which operation of the API a request is.
 *
 * @throws LocalError `InvalidArgument` for two selectors, `NotImplemented` 501 for what the stand-in does not do.
 */
export function s3Operation(
  method: string,
  level: S3Level,
  query: ReadonlyMap<string, string>,
  headers: ReadonlyMap<string, string>,
): string {
  const selectors = [...query.keys()].filter((name) => SELECTORS.has(name));
  if (selectors.length > 1) {
    const value = selectors.join(", ");
    const fields = { ArgumentName: "ResourceType", ArgumentValue: selectors[0] ?? "" };
    throw new LocalError("InvalidArgument", `Conflicting query string parameters: ${value}`, 400, fields);
  }
  const operation = OPERATIONS[[method, level, ...selectors].join(" ")];
  const isPart = query.has("partNumber") && method === "PUT";
  if (operation === undefined || isPart !== (operation === "UploadPart")) throw notImplemented();
  return variant(operation, query, headers);
}

/** Some operations share method and selector and differ by a value or a header. */
function variant(
  operation: string,
  query: ReadonlyMap<string, string>,
  headers: ReadonlyMap<string, string>,
): string {
  if (operation === "ListObjects" && query.get("list-type") === "2") return "ListObjectsV2";
  if (!headers.has("x-amz-copy-source")) return operation;
  if (operation === "PutObject") return "CopyObject";
  return operation === "UploadPart" ? "UploadPartCopy" : operation;
}

function notImplemented(): LocalError {
  const message = "A header or query you provided implies functionality that is not implemented.";
  return new LocalError("NotImplemented", message, 501);
}
