import type { Head, Headers } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { encodePercent } from "../../domain/percent.ts";
import { parseQuery } from "../../domain/query.ts";
import { Refusal } from "../../domain/refusal.ts";
import { splitTarget } from "../parameters.ts";
import type { Upstream } from "../service.ts";

/** What a request to an application behind AWS brings that is sent on. */
export interface ApplicationRequest {
  readonly method: string;
  /** As the client sent it, and as it is sent. */
  readonly path: string;
  /** Written anew: names in canonical order, the values of one name in the client's, since they may mean a list. */
  readonly query: string;
  /** The `x-amz-` headers that the operator lets through; all others are none of AWS's. */
  readonly headers: readonly HeaderLine[];
}

/** Methods of an application. */
export const METHODS: readonly string[] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];

/** Names of a query that carries another caller's signature: SigV4's or SigV2's. */
const SIGNATURE_NAME =
  /^(?:x-amz-(?:signature|credential|algorithm|security-token)|awsaccesskeyid|signature)$/i;
/** Names that AWS reads as headers, and those by which Postern may be handed a token. */
const RESERVED_NAME = /^(?:x-amz-|postern-)/i;

/** The client's own signature and tracing: Postern makes its own. */
const NOT_THE_OPERATION: ReadonlySet<string> = new Set([
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-user-agent",
]);

/** Framing that only S3 takes off. */
const FRAMING = ["x-amz-decoded-content-length", "x-amz-trailer"];

/**
 * Reads what API Gateway and Lambda function URLs have in common: they take any method, query and header of an
 * application, and AWS itself means something by few of them.
 *
 * @throws Refusal method-not-allowed, target-malformed, presigned-not-accepted, query-not-allowed, header-not-allowed
 */
export function readApplicationRequest(head: Head, upstream: Upstream): ApplicationRequest {
  const { method, target, headers } = head;
  if (!METHODS.includes(method)) throw new Refusal("method-not-allowed");
  const { path, query } = splitTarget(target);
  return { method, path, query: rewritten(query), headers: admittedLines(headers, upstream) };
}

/** A raw `+` is a space to API Gateway, to Lambda and to SigV4: it is sent as `%20`, which everybody reads so. */
function rewritten(rawQuery: string): string {
  if (rawQuery === "") return "";
  const pairs = parseQuery(rawQuery, "space");
  if (pairs === undefined) throw new Refusal("target-malformed", { detail: "the query cannot be decoded" });
  for (const [name] of pairs) checkName(name);
  return pairs
    .map(([name, value]) => ({ name: encodePercent(name), value: encodePercent(value) }))
    .sort((a, b) => compare(a.name, b.name))
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function checkName(name: string): void {
  if (SIGNATURE_NAME.test(name)) throw new Refusal("presigned-not-accepted");
  if (RESERVED_NAME.test(name))
    throw new Refusal("query-not-allowed", { detail: "a name of AWS's or Postern's own in the query" });
}

function admittedLines(headers: Headers, upstream: Upstream): readonly HeaderLine[] {
  if (isFramed(headers))
    throw new Refusal("header-not-allowed", { detail: "aws-chunked, which is S3's alone" });
  const lines: HeaderLine[] = [];
  for (const line of headers.entries()) {
    const [name] = line;
    if (!name.startsWith("x-amz-") || NOT_THE_OPERATION.has(name)) continue;
    if (!upstream.allowHeaders.has(name)) throw new Refusal("header-not-allowed", { detail: name });
    lines.push(line);
  }
  return lines;
}

function isFramed(headers: Headers): boolean {
  return (
    FRAMING.some((name) => headers.has(name)) ||
    headers.get("x-amz-content-sha256")?.startsWith("STREAMING-") === true ||
    headers.get("content-encoding")?.toLowerCase().includes("aws-chunked") === true
  );
}
