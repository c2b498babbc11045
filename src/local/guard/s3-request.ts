import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import { percentDecode, utf8 } from "./percent.ts";
import { invalidUri, readHead } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import type { S3Call } from "./s3-call.ts";
import { s3Operation } from "./s3-operation.ts";
import type { S3Level } from "./s3-operation.ts";
import { s3Requirements } from "./s3-requirements.ts";

/** Query parameters that carry the signature of a presigned request, in lower case. */
const PRESIGNED: ReadonlySet<string> = new Set(
  `
  x-amz-algorithm x-amz-credential x-amz-date x-amz-expires x-amz-signedheaders
  x-amz-security-token x-amz-signature
`
    .trim()
    .split(/\s+/),
);

/**
 * Reads what an S3 request asks for, from the bytes that were signed.
 *
 * @throws LocalError as S3 words it: `InvalidURI`, `InvalidBucketName`, `InvalidArgument`, `NotImplemented`, …
 */
export function parseS3(request: Omit<LocalRequest, "body">): S3Call {
  return parseS3Head(readHead(request));
}

/** The same, from a head that is cut up already. */
export function parseS3Head(head: RequestHead): S3Call {
  const target = readTarget(head.path);
  const { query, hoisted } = readQuery(head);
  const headers = readHeaders(head, hoisted);
  const operation = s3Operation(head.method, levelOf(target), query, headers);
  const versionId = query.get("versionId");
  const call = { operation, ...target, ...(versionId === undefined ? {} : { versionId }), query, headers };
  return { ...call, requirements: s3Requirements(call) };
}

/** Decoded once as a whole and then split at the first slash, so that an escaped slash is a slash. */
function readTarget(path: string): { readonly bucket?: string; readonly key?: string } {
  const bytes = percentDecode(path, "plus-is-plus");
  const text = bytes === undefined ? undefined : utf8(bytes);
  if (text === undefined) throw invalidUri();
  const whole = text.slice(1);
  if (whole === "") return {};
  const slash = whole.indexOf("/");
  const bucket = slash < 0 ? whole : whole.slice(0, slash);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new LocalError("InvalidBucketName", "The specified bucket is not valid.", 400, {
      BucketName: bucket,
    });
  }
  const key = slash < 0 ? "" : whole.slice(slash + 1);
  if (Buffer.byteLength(key, "utf8") > 1024) {
    throw new LocalError("KeyTooLongError", "Your key is too long", 400, { MaxSizeAllowed: "1024" });
  }
  return key === "" ? { bucket } : { bucket, key };
}

function levelOf({ bucket, key }: { readonly bucket?: string; readonly key?: string }): S3Level {
  if (bucket === undefined) return "service";
  return key === undefined ? "bucket" : "object";
}

/** S3 reads `x-amz-*` parameters as the headers of that name: presigned requests carry them so. */
function readQuery(head: RequestHead): {
  readonly query: ReadonlyMap<string, string>;
  readonly hoisted: ReadonlyMap<string, string>;
} {
  const query = new Map<string, string>();
  const hoisted = new Map<string, string>();
  for (const [rawName, rawValue] of head.query) {
    const name = utf8(rawName);
    const value = utf8(rawValue);
    if (name === undefined || value === undefined) throw invalidUri();
    const lower = name.toLowerCase();
    if (PRESIGNED.has(lower)) continue;
    const isHeader = lower.startsWith("x-amz-");
    if (isHeader ? hoisted.has(lower) : query.has(name)) {
      throw invalidRequest(`Query parameter given more than once: ${name}`);
    }
    // Headers hold one byte a character, and so do those that come by the query.
    if (isHeader) hoisted.set(lower, rawValue);
    else query.set(name, value);
  }
  return { query, hoisted };
}

function readHeaders(head: RequestHead, hoisted: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const headers = new Map(hoisted);
  for (const [name, values] of head.headers) {
    const value = values.map((text) => text.trim()).join(",");
    if ((headers.get(name) ?? value) !== value)
      throw invalidRequest(`Header and query parameter differ: ${name}`);
    headers.set(name, value);
  }
  return headers;
}

function invalidRequest(message: string): LocalError {
  return new LocalError("InvalidRequest", message, 400);
}
