import { LocalError } from "../request.ts";
import type { LocalRequest } from "../request.ts";
import { utf8 } from "./percent.ts";
import { invalidUri, readHead, singleHeader } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import { readS3Address } from "./s3-address.ts";
import type { S3Call } from "./s3-call.ts";
import { readCopySource, writeCopySource } from "./s3-copy-source.ts";
import { s3Operation } from "./s3-operation.ts";
import type { S3Level } from "./s3-operation-table.ts";
import { LOCAL_PLACE } from "./s3-place.ts";
import type { S3Place } from "./s3-place.ts";
import { s3Requirements } from "./s3-requirements.ts";
import { readS3Target } from "./s3-target.ts";
import type { S3Target } from "./s3-target.ts";
import { trimSpace } from "./white-space.ts";

/** Query parameters that carry the signature of a presigned request, in lower case. */
const PRESIGNED: ReadonlySet<string> = new Set(
  `
  x-amz-algorithm x-amz-credential x-amz-date x-amz-expires x-amz-signedheaders
  x-amz-security-token x-amz-signature
`
    .trim()
    .split(/\s+/),
);

const COPIES: ReadonlySet<string> = new Set(["CopyObject", "UploadPartCopy"]);

/**
 * Reads what an S3 request asks for, from the bytes that were signed.
 *
 * @throws LocalError as S3 words it: `InvalidURI`, `InvalidBucketName`, `InvalidArgument`, `MethodNotAllowed`, …
 */
export function parseS3(request: Omit<LocalRequest, "body">, place: S3Place = LOCAL_PLACE): S3Call {
  return parseS3Head(readHead(request), place);
}

/** The same, from a head that is cut up already. */
export function parseS3Head(head: RequestHead, place: S3Place): S3Call {
  const address = readS3Address(singleHeader(head, "host"));
  const target = readS3Target(head.path, address, place);
  const { query, hoisted } = readQuery(head);
  const headers = readHeaders(head, hoisted);
  const { accessPoint } = target;
  const row = s3Operation({ method: head.method, level: levelOf(target), query, headers, accessPoint });
  const { operation } = row;
  const source = COPIES.has(operation) ? takeSource(headers, place) : {};
  const versionId = query.get("versionId");
  const call = {
    operation,
    ...target,
    ...source,
    ...(versionId !== undefined && { versionId }),
    ...(address.bucket !== undefined && { virtual: true as const }),
    ...(address.region !== undefined && { endpointRegion: address.region }),
    query,
    headers,
  };
  return { ...call, requirements: s3Requirements(call, row, place) };
}

function levelOf({ bucket, key }: S3Target): S3Level {
  if (bucket === undefined) return "service";
  return key === undefined ? "bucket" : "object";
}

/** Reads the source of a copy; one that an access point names is named by its bucket from here on. */
function takeSource(headers: Map<string, string>, place: S3Place): Pick<S3Call, "source"> {
  const source = readCopySource(headers.get("x-amz-copy-source") ?? "", place);
  if (source.accessPoint !== undefined) headers.set("x-amz-copy-source", writeCopySource(source));
  return { source };
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

function readHeaders(head: RequestHead, hoisted: ReadonlyMap<string, string>): Map<string, string> {
  const headers = new Map(hoisted);
  for (const [name, values] of head.headers) {
    const value = values.map(trimSpace).join(",");
    if ((headers.get(name) ?? value) !== value)
      throw invalidRequest(`Header and query parameter differ: ${name}`);
    headers.set(name, value);
  }
  return headers;
}

function invalidRequest(message: string): LocalError {
  return new LocalError("InvalidRequest", message, 400);
}
