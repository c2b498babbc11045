import type { Head, Headers } from "../../domain/head.ts";
import type { HeaderLine, Operation } from "../../domain/operation.ts";
import { canonicalQuery, parseQuery, type QueryPair } from "../../domain/query.ts";
import { Refusal } from "../../domain/refusal.ts";
import { checkBodyHeaders, decodeBody, malformed } from "../body.ts";
import { splitTarget } from "../parameters.ts";
import { readSegments } from "../segments.ts";
import type { BodyDecided, Upstream } from "../service.ts";
import { type JsonObject, parseStrictJson } from "../strict-json.ts";
import { findRoute } from "./find-route.ts";
import { admittedLines, modelOf, ownPlace, refuseMarkers } from "./head.ts";
import type { Members } from "./members.ts";
import { requirementsOf } from "./resources.ts";

const JSON_TYPE = "application/json";

/** Types by which other protocols are told: AWS might read such a body by those. */
const OTHER_TYPES = /^application\/(?:x-www-form-urlencoded|cbor|x-amz-json-1\.[01])(?![\w.+-])/i;

/** aws-chunked framing and signed events, which S3 and streams of events alone unpack. */
const FRAMING = ["x-amz-decoded-content-length", "x-amz-trailer"];

/**
 * Reads a request of rest-json (Smithy, AWS restJson1): method and path name the operation. Its body is streamed, but
 * where that names what the operation touches.
 *
 * @throws Refusal operation-unknown, target-malformed, target-ambiguous, query-not-allowed, header-not-allowed,
 * presigned-not-accepted
 */
export function recogniseRestJson(head: Head, upstream: Upstream): Operation | BodyDecided {
  const { headers, method, target } = head;
  checkProtocol(headers);
  const { path, query: raw } = splitTarget(target);
  const pairs = readPairs(raw);
  const query = valuesIn(pairs);
  const { route, labels } = findRoute(
    { method, path: readSegments(path), query },
    modelOf(upstream),
    upstream,
  );
  const { name, operation } = route;
  const lines = admittedLines(headers, operation.headers ?? [], upstream);
  const build = (body: JsonObject): Omit<Operation, "payload"> => ({
    ...ownPlace(upstream, operation),
    name,
    requirements: requirementsOf(operation, { labels, query, body }, upstream),
    method,
    path,
    query: canonicalQuery(pairs),
    headers: lines,
  });
  if (!route.readsBody) return { ...build({}), payload: { kind: "streamed" } };
  checkBodyHeaders(headers, [JSON_TYPE, undefined]);
  return {
    needsBody: true,
    name,
    read: (body) => {
      const read = build(inputIn(body, headers));
      return {
        ...read,
        headers: [...typeLines(headers), ...read.headers],
        payload: { kind: "buffered", bytes: body },
      };
    },
  };
}

/** The body of most operations may be anything, as what a function is invoked with. */
function checkProtocol(headers: Headers): void {
  refuseMarkers(headers);
  if (OTHER_TYPES.test(headers.get("content-type")?.trim() ?? ""))
    throw new Refusal("header-not-allowed", { detail: "the content-type of another protocol" });
  const framed =
    FRAMING.some((name) => headers.has(name)) ||
    headers.get("x-amz-content-sha256")?.startsWith("STREAMING-") === true;
  if (framed) throw new Refusal("header-not-allowed", { detail: "a framed body" });
}

function readPairs(raw: string): readonly QueryPair[] {
  // A raw `+` is a space to some readers and itself to others.
  const pairs = parseQuery(raw, "refused");
  if (pairs === undefined) throw new Refusal("target-malformed", { detail: "the query cannot be decoded" });
  // AWS takes headers and signatures from there too.
  if (pairs.some(([name]) => /^x-amz-/i.test(name)))
    throw new Refusal("query-not-allowed", { detail: "x-amz- in the query" });
  return pairs;
}

function valuesIn(pairs: readonly QueryPair[]): Members["query"] {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const others = values.get(name);
    if (others === undefined) values.set(name, [value]);
    else others.push(value);
  }
  return values;
}

function typeLines(headers: Headers): readonly HeaderLine[] {
  return headers.has("content-type") ? [["content-type", JSON_TYPE]] : [];
}

function inputIn(body: Buffer, headers: Headers): JsonObject {
  if (body.length === 0) return {};
  if (!headers.has("content-type")) throw malformed("a body without a type");
  return parseStrictJson(decodeBody(body));
}
