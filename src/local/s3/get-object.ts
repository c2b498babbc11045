import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { ByteRange } from "./bodies.ts";
import { checksumHeaders } from "./checksum.ts";
import type { StoredChecksum } from "./checksum.ts";
import { checkReadConditions } from "./conditions.ts";
import { describedHeaders } from "./description.ts";
import { readRange } from "./range.ts";
import { invalidRequest } from "./refusals.ts";
import type { S3Context, S3Request } from "./request.ts";
import type { StoredObject } from "./store.ts";

/** Query parameters by which a reader has headers of the answer replaced. */
const OVERRIDES: Readonly<Record<string, string>> = {
  "response-cache-control": "cache-control",
  "response-content-disposition": "content-disposition",
  "response-content-encoding": "content-encoding",
  "response-content-language": "content-language",
  "response-content-type": "content-type",
  "response-expires": "expires",
};

/** What of an object is sent: all of it, a range, or one of its parts. */
interface Selection {
  readonly range: ByteRange | undefined;
  readonly checksum: StoredChecksum | undefined;
}

/** GetObject. */
export function getObject(context: S3Context, request: S3Request): LocalAnswer {
  return answerRead(context, request, (object, range) => object.body.read(range));
}

/** HeadObject: the same without the bytes. */
export function headObject(context: S3Context, request: S3Request): LocalAnswer {
  return answerRead(context, request, () => undefined);
}

function answerRead(
  { store }: S3Context,
  { bucket, key = "", headers, query }: S3Request,
  read: (object: StoredObject, range: ByteRange | undefined) => AsyncIterable<Buffer> | undefined,
): LocalAnswer {
  const object = store.bucket(bucket).object(key);
  const described = describedHeaders(object);
  if (checkReadConditions(headers, object) === "not-modified") return notModified(described);
  const partNumber = query.get("partNumber");
  const { range, checksum } = select(object, rangeAskedFor(headers, object), partNumber);
  const { size } = object.body;
  const length = range === undefined ? size : range.end - range.start + 1;
  const body = length === 0 ? undefined : read(object, range);
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...described,
      ...overrides(query),
      // The count of parts is told to those who ask for one of them.
      ...(partNumber !== undefined && partsCount(object)),
      ...(headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED" && checksumHeaders(checksum)),
      ...(range !== undefined && { "content-range": `bytes ${range.start}-${range.end}/${size}` }),
      "content-length": String(length),
    },
    ...(body !== undefined && { body }),
  };
}

function partsCount({ parts }: StoredObject): Record<string, string> {
  return parts === undefined ? {} : { "x-amz-mp-parts-count": String(parts.length) };
}

/** A range counts only while `If-Range` names the object as it is. Source: RFC 9110 section 13.1.5. */
function rangeAskedFor(headers: ReadonlyMap<string, string>, object: StoredObject): string | undefined {
  const validator = headers.get("if-range")?.trim();
  const isCurrent =
    validator === undefined ||
    validator === `"${object.etag}"` ||
    Date.parse(validator) === object.lastModifiedMs;
  return isCurrent ? headers.get("range") : undefined;
}

/** A checksum is told only with the bytes that it is of. */
function select(object: StoredObject, range: string | undefined, partNumber: string | undefined): Selection {
  if (partNumber !== undefined) {
    if (range !== undefined)
      throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
    return selectPart(object, Number(partNumber));
  }
  const bytes = readRange(range, object.body.size);
  return { range: bytes, checksum: bytes === undefined ? object.checksum : undefined };
}

function selectPart({ body, checksum, parts }: StoredObject, number: number): Selection {
  if (parts === undefined && number === 1) {
    return { range: body.size === 0 ? undefined : { start: 0, end: body.size - 1 }, checksum };
  }
  // Parts are counted as they stand in the object, whatever numbers they were uploaded with.
  const part = parts?.[number - 1];
  if (parts === undefined || part === undefined) {
    throw new LocalError("InvalidPartNumber", "The requested partnumber is not satisfiable", 416, {
      PartNumberRequested: String(number),
      ActualPartCount: String(parts?.length ?? 1),
    });
  }
  const start = parts.slice(0, number - 1).reduce((sum, { size }) => sum + size, 0);
  return { range: { start, end: start + part.size - 1 }, checksum: part.checksum };
}

function overrides(query: ReadonlyMap<string, string>): Record<string, string> {
  const found = Object.entries(OVERRIDES).flatMap(([parameter, header]) => {
    const value = query.get(parameter);
    return value === undefined ? [] : [[header, value] as const];
  });
  return Object.fromEntries(found);
}

function notModified(described: Readonly<Record<string, string>>): LocalAnswer {
  const kept = ["cache-control", "etag", "expires", "last-modified"];
  return {
    status: 304,
    headers: Object.fromEntries(Object.entries(described).filter(([name]) => kept.includes(name))),
  };
}
