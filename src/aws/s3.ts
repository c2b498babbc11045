import type { Head } from "../domain/head.ts";
import type { Operation, Payload, Requirement } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import { type Parameters, readParameters, splitTarget, writeParameters } from "./parameters.ts";
import { readDeleteObjects } from "./s3-delete-objects.ts";
import { refuseAsS3 } from "./s3-errors.ts";
import { readS3Headers, type S3Headers } from "./s3-headers.ts";
import { S3_TABLE, type S3Row, SELECTORS } from "./s3-table.ts";
import { readS3Target, type S3Target } from "./s3-target.ts";
import type { BodyDecided, Service, Upstream } from "./service.ts";

/** Amazon S3, path style (API reference 2006-03-01). */
export const s3: Service = { recognise, refuse: refuseAsS3 };

/** All that the head of an S3 request says; the operation is built from it, with or without a body. */
interface S3Request {
  readonly row: S3Row;
  readonly target: S3Target;
  readonly query: Parameters;
  readonly headers: S3Headers;
  readonly head: Head;
  readonly upstream: Upstream;
}

function recognise(head: Head, upstream: Upstream): Operation | BodyDecided {
  const { path, query: rawQuery } = splitTarget(head.target);
  const target = readS3Target(path);
  const query = readParameters(rawQuery);
  const row = findRow(head, target, query);
  const request: S3Request = {
    row,
    target,
    query: acceptQuery(query, row, upstream),
    headers: readS3Headers(head.headers, row, upstream, target),
    head,
    upstream,
  };
  if (row.body === "decides") return decideByBody(request);
  return build(request, requirementsOf(request), { kind: "streamed" });
}

function findRow(head: Head, target: S3Target, query: Parameters): S3Row {
  const selectors = query.size === 0 ? [] : [...query.keys()].filter((name) => SELECTORS.has(name));
  if (selectors.length > 1)
    throw new Refusal("target-ambiguous", { detail: `selectors ${selectors.join(", ")}` });
  const [selector] = selectors;
  if (selector === "list-type" && query.get(selector) !== "2") {
    throw new Refusal("operation-unknown", { detail: "a list-type other than 2" });
  }
  const copy = head.method === "PUT" && target.level === "object" && head.headers.has("x-amz-copy-source");
  const place = `${target.level} ${head.method}${selector === undefined ? "" : ` ${selector}`}${copy ? " copy" : ""}`;
  const row = S3_TABLE[place];
  if (row === undefined) throw new Refusal("operation-unknown", { detail: `S3 ${place}` });
  return row;
}

/** Drops `x-id`, a hint of some SDKs that decides nothing, and refuses what the operation does not take. */
function acceptQuery(query: Parameters, row: S3Row, upstream: Upstream): Parameters {
  if (query.size === 0) return query;
  const accepted = new Map<string, string>();
  for (const [name, value] of query) {
    if (name === "x-id") continue;
    const known = SELECTORS.has(name) || row.query?.includes(name) === true || upstream.allowQuery.has(name);
    // Some x-amz- headers are honoured in the query as well, where no rule about headers would see them.
    if (!known || name.toLowerCase().startsWith("x-amz-")) {
      throw new Refusal("query-not-allowed", { detail: `${row.name} with ${name}` });
    }
    accepted.set(name, value);
  }
  return accepted;
}

function requirementsOf({ row, target, query, headers, upstream }: S3Request): readonly Requirement[] {
  const resource = arnOf(upstream, target.bucket, target.key);
  const own = requirement(row, resource, query.has("versionId"));
  const source = headers.copySource;
  if (source === undefined && headers.implied.length === 0) return [own];
  const implied = headers.implied.map((action) => ({ action, resource }));
  if (source === undefined) return [own, ...implied];
  const versioned = source.versionId !== undefined;
  return [
    {
      action: versioned ? "s3:GetObjectVersion" : "s3:GetObject",
      resource: arnOf(upstream, source.bucket, source.key),
      ...(versioned && { covers: ["s3:GetObject"] }),
    },
    own,
    ...implied,
  ];
}

function requirement(row: S3Row, resource: string, hasVersion: boolean): Requirement {
  if (hasVersion && row.versioned !== undefined) {
    return { action: row.versioned, resource, covers: [row.action, ...(row.covers ?? [])] };
  }
  return row.covers === undefined
    ? { action: row.action, resource }
    : { action: row.action, resource, covers: row.covers };
}

/** S3 ARNs name no region and no account. An operation on no bucket is about all of them. */
function arnOf(upstream: Upstream, bucket: string, key: string): string {
  const name = bucket === "" ? "*" : key === "" ? bucket : `${bucket}/${key}`;
  return `arn:${upstream.partition}:s3:::${name}`;
}

function decideByBody(request: S3Request): BodyDecided {
  const { row, headers, head, upstream, target } = request;
  return {
    needsBody: true,
    name: row.name,
    read: (body) => {
      const objects = readDeleteObjects(head.headers, body);
      const requirements = objects.flatMap(({ key, versionId }) => {
        const resource = arnOf(upstream, target.bucket, key);
        const own = requirement(row, resource, versionId !== undefined);
        return [own, ...headers.implied.map((action) => ({ action, resource }))];
      });
      return build(request, requirements, { kind: "buffered", bytes: body });
    },
  };
}

function build(
  { row, target, query, headers, head, upstream }: S3Request,
  requirements: readonly Requirement[],
  payload: Payload,
): Operation {
  return {
    upstream: upstream.name,
    service: "s3",
    region: upstream.region,
    name: row.name,
    requirements,
    method: head.method,
    path: target.path,
    query: writeParameters(query),
    headers: headers.lines,
    payload,
  };
}
