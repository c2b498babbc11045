import { headerRecord, type Head } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";
import { hasBody } from "./has-body.ts";
import type { Cors } from "./live.ts";
import type { Visit } from "./visit.ts";

const METHODS = "GET, HEAD, PUT, POST, DELETE, PATCH";

/** Headers that a page may send where the upstream lists its origin, besides all that begin as the SDKs' own do. */
const ALLOWED: ReadonlySet<string> = new Set([
  "authorization",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-md5",
  "content-type",
  "expires",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since",
  "range",
  "smithy-protocol",
  "x-postern-client",
  "x-postern-id-token",
  "x-postern-role",
  "x-postern-token",
  "x-request-id",
]);

/** Of SDKs. Which of them an operation takes is decided when it comes. */
const SDK_HEADER = /^(?:x-amzn?|amz-sdk)-[a-z0-9-]+$/;

/** Headers of answers that a page may read, besides those of the Fetch Standard. */
const EXPOSED: readonly string[] = [
  "accept-ranges",
  "content-disposition",
  "content-encoding",
  "content-range",
  "date",
  "etag",
  "retry-after",
  "smithy-protocol",
  "x-amz-checksum-crc32",
  "x-amz-checksum-crc32c",
  "x-amz-checksum-crc64nvme",
  "x-amz-checksum-sha1",
  "x-amz-checksum-sha256",
  "x-amz-checksum-type",
  "x-amz-crc32",
  "x-amz-delete-marker",
  "x-amz-executed-version",
  "x-amz-function-error",
  "x-amz-id-2",
  "x-amz-log-result",
  "x-amz-request-id",
  "x-amz-version-id",
  "x-amzn-errortype",
  "x-amzn-query-error",
  "x-amzn-requestid",
  "x-postern-reason",
  "x-postern-request-id",
];

const NO_LINES: readonly string[] = [];
const ONLY_VARY: readonly string[] = ["vary", "Origin"];

/** Whether a browser asks whether a page may send a request, which it then brings itself (Fetch Standard, CORS-preflight). */
export function isPreflight({ method, headers }: Head): boolean {
  return method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");
}

/**
 * Answers a preflight, which carries no token: it tells a browser what is listed, and nothing of what is allowed.
 *
 * @throws Refusal origin-not-allowed, body-malformed
 */
export function answerPreflight(visit: Visit, cors: Cors): void {
  const { head, response, requestId } = visit;
  visit.operationName = "Preflight";
  const lines = corsLinesFor(head, cors);
  if (lines === ONLY_VARY) throw new Refusal("origin-not-allowed", { detail: "a page that is not listed" });
  // No browser sends one, and nobody would see how much of it there is.
  if (hasBody(head)) throw new Refusal("body-malformed", { detail: "a body, where a preflight has none" });
  const asked = head.headers.get("access-control-request-headers") ?? "";
  response.writeHead(204, {
    ...headerRecord(lines),
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": allowedOf(asked, cors).join(", "),
    "access-control-max-age": String(cors.maxAgeSeconds),
    "cache-control": "no-store",
    vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "x-postern-request-id": requestId,
  });
  response.end();
  visit.end({});
}

/**
 * What goes with every answer of an upstream that has CORS: name, value … A page of another origin than the listed ones
 * gets nothing that would let it read the answer.
 */
export function corsLinesFor({ headers }: Head, cors: Cors | undefined): readonly string[] {
  if (cors === undefined) return NO_LINES;
  const origin = headers.get("origin");
  if (origin === undefined || !cors.origins.has(origin)) return ONLY_VARY;
  const lines = [
    ...ONLY_VARY,
    "access-control-allow-origin",
    origin,
    "access-control-expose-headers",
    [...EXPOSED, ...cors.exposeHeaders].join(", "),
  ];
  return cors.credentialed.has(origin) ? [...lines, "access-control-allow-credentials", "true"] : lines;
}

/** Of the headers that a page asks for those that it may send, each once. */
function allowedOf(asked: string, { allowHeaders }: Cors): readonly string[] {
  const names = new Set(asked.split(",").map((name) => name.trim().toLowerCase()));
  return [...names].filter(
    (name) => ALLOWED.has(name) || SDK_HEADER.test(name) || allowHeaders.includes(name),
  );
}
