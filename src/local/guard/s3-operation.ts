import { LocalError } from "../request.ts";
import { S3_ROWS, S3_SELECTORS } from "./s3-operation-table.ts";
import type { S3Level, S3Row } from "./s3-operation-table.ts";

/** What tells an operation: everything of a request but what it is about. */
export interface S3Asked {
  readonly method: string;
  readonly level: S3Level;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** The ARN of the access point that was named in place of a bucket. */
  readonly accessPoint?: string | undefined;
}

/** Source: Amazon S3 User Guide, "Access points for general purpose buckets restrictions and limitations". */
const THROUGH_ACCESS_POINTS: ReadonlySet<string> = new Set(
  `
  AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjectTagging
  DeleteObjects GetBucketAcl GetBucketCors GetBucketLocation GetBucketNotificationConfiguration GetBucketPolicy
  GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging HeadBucket
  HeadObject ListMultipartUploads ListObjects ListObjectsV2 ListObjectVersions ListParts PutObject PutObjectAcl
  PutObjectLegalHold PutObjectRetention PutObjectTagging RestoreObject UploadPart UploadPartCopy
`
    .trim()
    .split(/\s+/),
);

/**
 * Tells which operation of the API a request is, whether the stand-in does it or not.
 *
 * @throws LocalError `InvalidArgument` for two selectors, or for one where there is none such; `MethodNotAllowed` 405;
 *   `NotImplemented` 501 for forms posted to a bucket, and for what browsers ask before they ask.
 */
export function s3Operation(asked: S3Asked): S3Row {
  const { method, level, query } = asked;
  const selector = readSelector(level, query);
  checkPart(asked, selector);
  const row = formsOf(asked, selector)
    .map((form) => S3_ROWS.get(`${method} ${level} ${form}`))
    .find((found) => found !== undefined);
  if (row !== undefined && isReached(asked, row)) return row;
  if (method === "OPTIONS" || `${method} ${level} ${selector}` === "POST bucket -") throw notImplemented();
  const fields = { Method: method, ResourceType: selector === "-" ? level.toUpperCase() : selector };
  const message = "The specified method is not allowed against this resource.";
  throw new LocalError("MethodNotAllowed", message, 405, fields);
}

function isReached({ accessPoint }: S3Asked, { operation }: S3Row): boolean {
  return accessPoint === undefined || THROUGH_ACCESS_POINTS.has(operation);
}

/** The one parameter that selects an operation; `-` where there is none. */
function readSelector(level: S3Level, query: ReadonlyMap<string, string>): string {
  const found = [...query.keys()].filter((name) => S3_SELECTORS.has(name));
  const [selector = "-"] = found;
  if (found.length > 1) {
    const message = `Conflicting query string parameters: ${found.join(", ")}`;
    throw invalidArgument(message, "ResourceType", selector);
  }
  if (selector !== "-" && S3_SELECTORS.get(selector)?.has(level) !== true) {
    const thing = level === "object" ? "key" : level;
    const message = `There is no such thing as the ?${selector} sub-resource for a ${thing}`;
    throw invalidArgument(message, "ResourceType", selector);
  }
  return selector;
}

/** A part has an upload and a number, or it is none. */
function checkPart({ method, query }: S3Asked, selector: string): void {
  if (method !== "PUT" || query.has("partNumber") === (selector === "uploadId")) return;
  const missing = selector === "uploadId" ? "partNumber" : "uploadId";
  throw invalidArgument(`This operation does not accept a query-string without ${missing}.`, missing, "");
}

/** How the table may write what was asked, the narrowest form first. */
function formsOf({ level, query, headers }: S3Asked, selector: string): readonly string[] {
  const copies = headers.has("x-amz-copy-source");
  if (level === "bucket" && selector === "-") {
    return query.get("list-type") === "2" ? ["list-type=2", selector] : [selector];
  }
  const base = selector === "uploadId" && query.has("partNumber") ? "uploadId&partNumber" : selector;
  const named = ["id", "annotationName"].filter((name) => query.has(name));
  const narrower = [...(copies ? ["copy"] : []), ...named].map((more) => `${base}&${more}`);
  return [...narrower, base, selector];
}

function invalidArgument(message: string, name: string, value: string): LocalError {
  return new LocalError("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
}

function notImplemented(): LocalError {
  const message = "A header you provided implies functionality that is not implemented";
  return new LocalError("NotImplemented", message, 501);
}
