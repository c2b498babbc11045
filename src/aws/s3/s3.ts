import type { Head, Headers } from "../../domain/head.ts";
import type { Operation, Payload, Requirement } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, decodeBody, malformed } from "../body.ts";
import { type Parameters, readParameters, splitTarget, writeParameters } from "../parameters.ts";
import { addressOf } from "./address.ts";
import { comparedBy } from "./compared.ts";
import { readCreateBucket } from "./create-bucket.ts";
import { readDeleteObjects } from "./delete-objects.ts";
import { refuseAsS3 } from "./errors.ts";
import { type FoundRow, findS3Row } from "./find-row.ts";
import { readS3Headers } from "./headers.ts";
import { nameInFull, RESPONSE_PATH } from "./not-taken.ts";
import { redirectOfS3 } from "./redirect.ts";
import type { S3Request } from "./request.ts";
import { requirementsOf, type S3Subject } from "./requirements.ts";
import { checkRestoreObject } from "./restore-object.ts";
import type { S3Row } from "./row.ts";
import { readS3Target, type S3Target } from "./target.ts";
import { readToldKeys } from "./told-keys.ts";
import { isVersionId } from "./version-id.ts";
import { readWebsite } from "./website.ts";
import { faultOfS3 } from "../signature-fault.ts";
import type { BodyDecided, Service, Upstream } from "../service.ts";

/** Amazon S3 (API reference 2006-03-01); clients name a bucket in the path. */
export const s3: Service = {
  recognise,
  refuse: refuseAsS3,
  faultOf: faultOfS3,
  redirectOf: redirectOfS3,
  speaker: "aws",
  repeats: "always",
};

/** What S3's XML may come as: botocore states no type, and some clients know only bytes. */
const XML_TYPES = [undefined, "application/xml", "text/xml", "application/octet-stream"];

/** Query names that choose what is asked: without a value nobody says whether they are there. */
const NEVER_EMPTY: ReadonlySet<string> = new Set(["annotationName", "id"]);

/** 1 to 10,000 (API reference, UploadPart). */
const PART_NUMBER = /^(?:[1-9][0-9]{0,3}|10000)$/;

function recognise(head: Head, upstream: Upstream): Operation | BodyDecided {
  const { path, query: rawQuery } = splitTarget(head.target);
  if (path === RESPONSE_PATH) {
    throw new Refusal("operation-unknown", { detail: `S3 ${nameInFull("WriteGetObjectResponse")}` });
  }
  const target = readS3Target(path);
  const parameters = readParameters(rawQuery);
  const found = findS3Row(head, target, parameters);
  const { row } = found;
  const address = addressOf(target, upstream.addressing);
  const query = acceptQuery(parameters, found, upstream);
  const headers = readS3Headers(head.headers, row, upstream, target.level);
  const request: S3Request = { row, method: head.method, target, address, query, headers, upstream };
  if (row.body !== undefined && row.body !== "stream") return decideByBody(request, row.body, head.headers);
  if (row.body === undefined) refuseBody(head.headers);
  // A part of an object cannot be put: without this header it would be put in place of the whole (RFC 9110 section 14.5).
  if (head.headers.has("content-range")) {
    throw new Refusal("header-not-allowed", { detail: `S3 ${row.name} with content-range` });
  }
  return build(request, requirementsOf(request, subjectOf(request)), { kind: "streamed" });
}

/** Drops `x-id`, which was compared and decides nothing, and refuses what the operation does not take. */
function acceptQuery(query: Parameters, { row, selector }: FoundRow, upstream: Upstream): Parameters {
  if (query.size === 0) return query;
  const accepted = new Map<string, string>();
  for (const [name, value] of query) {
    if (name === "x-id") continue;
    const known = name === selector || row.query?.includes(name) === true || upstream.allowQuery.has(name);
    // Some x-amz- headers are honoured in the query as well, where no rule about headers would see them.
    if (!known || name.toLowerCase().startsWith("x-amz-") || !mayHave(name, value)) {
      throw new Refusal("query-not-allowed", { detail: `S3 ${row.name} with ${name}` });
    }
    accepted.set(name, value);
  }
  if (row.needsQuery !== undefined && !accepted.has(row.needsQuery)) {
    throw new Refusal("query-not-allowed", { detail: `S3 ${row.name} without ${row.needsQuery}` });
  }
  return accepted;
}

function mayHave(name: string, value: string): boolean {
  if (name === "partNumber") return PART_NUMBER.test(value);
  if (name === "versionId") return isVersionId(value);
  return value !== "" || !NEVER_EMPTY.has(name);
}

/** Nobody decides what a body would mean where the API has none. */
function refuseBody(headers: Headers): void {
  if (headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) !== 0) {
    throw malformed("a body, where the operation has none");
  }
}

/** A body that decides, as the table names it. */
type DecidingBody = Exclude<S3Row["body"], "stream" | undefined>;

function decideByBody(request: S3Request, body: DecidingBody, headers: Headers): BodyDecided {
  checkBodyHeaders(headers, XML_TYPES);
  return {
    needsBody: true,
    name: request.row.name,
    read: (bytes) => build(request, needsBy(body, request, decodeBody(bytes)), { kind: "buffered", bytes }),
  };
}

function needsBy(body: DecidingBody, request: S3Request, text: string): readonly Requirement[] {
  if (body === "objects") return deletionsOf(request, text);
  if (body === "bucket") return creationOf(request, text);
  if (body === "restore") return restorationOf(request, text);
  const told = body === "website" ? readWebsite(text) : readToldKeys(text, body);
  return requirementsOf({ ...request, told }, subjectOf(request));
}

function deletionsOf(request: S3Request, text: string): readonly Requirement[] {
  const { bucket } = request.target;
  return readDeleteObjects(text).flatMap(({ etag, ...object }) =>
    requirementsOf(implying(request, comparedBy(etag, "etag")), { bucket, ...object }),
  );
}

function creationOf(request: S3Request, text: string): readonly Requirement[] {
  const { implied, told } = readCreateBucket(text, request.upstream.region);
  return requirementsOf(implying({ ...request, told }, implied), subjectOf(request));
}

/** A request whose body needs actions besides those of its headers. */
function implying(request: S3Request, actions: readonly string[]): S3Request {
  if (actions.length === 0) return request;
  const { headers } = request;
  return { ...request, headers: { ...headers, implied: [...headers.implied, ...actions] } };
}

function restorationOf(request: S3Request, text: string): readonly Requirement[] {
  checkRestoreObject(text);
  return requirementsOf(request, subjectOf(request));
}

function subjectOf({ target: { bucket, key }, query }: S3Request): S3Subject {
  return { bucket, key, versionId: query.get("versionId") };
}

function build(
  { row, method, target, address, query, headers, upstream }: S3Request,
  requirements: readonly Requirement[],
  payload: Payload,
): Operation {
  return {
    upstream: upstream.name,
    service: "s3",
    region: upstream.region,
    name: row.name,
    requirements,
    bucket: bucketOf(row, target),
    method,
    hostPrefix: address.hostPrefix,
    path: address.path,
    query: writeParameters(query),
    headers: headers.lines,
    payload,
  };
}

/** The bucket whose region counts: one that is yet to be made is in none. */
function bucketOf({ name }: S3Row, { bucket }: S3Target): string | undefined {
  return bucket === "" || name === "CreateBucket" ? undefined : bucket;
}
