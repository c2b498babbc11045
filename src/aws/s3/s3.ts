import type { Head, Headers } from "../../domain/head.ts";
import type { Operation, Payload, Requirement } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, decodeBody, malformed } from "../body.ts";
import { type Parameters, readParameters, splitTarget, writeParameters } from "../parameters.ts";
import { readCreateBucket } from "./create-bucket.ts";
import { readDeleteObjects } from "./delete-objects.ts";
import { refuseAsS3 } from "./errors.ts";
import { readS3Headers } from "./headers.ts";
import type { S3Request } from "./request.ts";
import { requirementsOf } from "./requirements.ts";
import { type FoundRow, findS3Row } from "./row.ts";
import { readS3Target } from "./target.ts";
import { redirectOfS3 } from "./redirect.ts";
import { faultOfS3 } from "../signature-fault.ts";
import type { BodyDecided, Service, Upstream } from "../service.ts";

/** Amazon S3, path style (API reference 2006-03-01). */
export const s3: Service = { recognise, refuse: refuseAsS3, faultOf: faultOfS3, redirectOf: redirectOfS3 };

/** What S3's XML may come as: botocore states no type, and some clients know only bytes. */
const XML_TYPES = [undefined, "application/xml", "text/xml", "application/octet-stream"];

function recognise(head: Head, upstream: Upstream): Operation | BodyDecided {
  const { path, query: rawQuery } = splitTarget(head.target);
  const target = readS3Target(path);
  const parameters = readParameters(rawQuery);
  const found = findS3Row(head, target, parameters);
  const { row } = found;
  const query = acceptQuery(parameters, found, upstream);
  const headers = readS3Headers(head.headers, row, upstream, target.level);
  const request: S3Request = { row, method: head.method, target, query, headers, upstream };
  if (row.body === "objects" || row.body === "bucket") return decideByBody(request, head.headers);
  if (row.body === undefined) refuseBody(head.headers);
  // A part of an object cannot be put: without this header it would be put in place of the whole (RFC 9110 section 14.5).
  if (head.headers.has("content-range")) {
    throw new Refusal("header-not-allowed", { detail: `S3 ${row.name} with content-range` });
  }
  const subject = { bucket: target.bucket, key: target.key, versionId: query.get("versionId") };
  return build(request, requirementsOf(request, subject), { kind: "streamed" });
}

/** Drops `x-id`, a hint of some SDKs that decides nothing, and refuses what the operation does not take. */
function acceptQuery(query: Parameters, { row, selector }: FoundRow, upstream: Upstream): Parameters {
  if (query.size === 0) return query;
  const accepted = new Map<string, string>();
  for (const [name, value] of query) {
    if (name === "x-id") continue;
    const known = name === selector || row.query?.includes(name) === true || upstream.allowQuery.has(name);
    // Some x-amz- headers are honoured in the query as well, where no rule about headers would see them.
    if (!known || name.toLowerCase().startsWith("x-amz-") || (name === "versionId" && value === "")) {
      throw new Refusal("query-not-allowed", { detail: `S3 ${row.name} with ${name}` });
    }
    accepted.set(name, value);
  }
  return accepted;
}

/** Nobody decides what a body would mean where the API has none. */
function refuseBody(headers: Headers): void {
  if (headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) !== 0) {
    throw malformed("a body, where the operation has none");
  }
}

function decideByBody(request: S3Request, headers: Headers): BodyDecided {
  checkBodyHeaders(headers, XML_TYPES);
  const { row } = request;
  const read = row.body === "objects" ? deletionsOf : creationOf;
  return {
    needsBody: true,
    name: row.name,
    read: (body) => build(request, read(request, decodeBody(body)), { kind: "buffered", bytes: body }),
  };
}

function deletionsOf(request: S3Request, text: string): readonly Requirement[] {
  const { bucket } = request.target;
  return readDeleteObjects(text).flatMap((object) => requirementsOf(request, { bucket, ...object }));
}

function creationOf(request: S3Request, text: string): readonly Requirement[] {
  const { target, headers } = request;
  const implied = [...headers.implied, ...readCreateBucket(text)];
  const subject = { bucket: target.bucket, key: "", versionId: undefined };
  return requirementsOf({ ...request, headers: { ...headers, implied } }, subject);
}

function build(
  { row, method, target, query, headers, upstream }: S3Request,
  requirements: readonly Requirement[],
  payload: Payload,
): Operation {
  return {
    upstream: upstream.name,
    service: "s3",
    region: upstream.region,
    name: row.name,
    requirements,
    method,
    path: target.path,
    query: writeParameters(query),
    headers: headers.lines,
    payload,
  };
}
