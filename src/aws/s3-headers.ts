import type { Headers } from "../domain/head.ts";
import type { HeaderLine } from "../domain/operation.ts";
import { Refusal } from "../domain/refusal.ts";
import { type CopySource, readCopySource } from "./s3-copy-source.ts";
import { IMPLIED, type S3Row } from "./s3-table.ts";
import type { S3Target } from "./s3-target.ts";
import type { Upstream } from "./service.ts";

/** The `x-amz-` headers of a request, read. */
export interface S3Headers {
  /** What is signed and sent. */
  readonly lines: readonly HeaderLine[];
  /** IAM actions that these headers need on the same resource. */
  readonly implied: readonly string[];
  readonly copySource: CopySource | undefined;
}

/** The client's own signature and tracing: Postern makes its own, or reads them elsewhere. */
const NOT_THE_OPERATION = new Set([
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-security-token",
  "x-amz-trailer",
  "x-amz-user-agent",
]);

const OWNER = "x-amz-expected-bucket-owner";

/**
 * Admits the `x-amz-` headers that the operation takes. An unknown one is refused rather than dropped: it was meant
 * to change what happens.
 *
 * @throws Refusal header-not-allowed, target-ambiguous
 */
export function readS3Headers(headers: Headers, row: S3Row, upstream: Upstream, target: S3Target): S3Headers {
  const lines: HeaderLine[] = [];
  const implied = new Set<string>();
  let copySource: CopySource | undefined;
  for (const [name, value] of headers.entries()) {
    if (!name.startsWith("x-amz-") || NOT_THE_OPERATION.has(name) || name === OWNER) continue;
    if (!accepts(row, name) && !upstream.allowHeaders.has(name)) {
      throw new Refusal("header-not-allowed", { detail: `${row.name} with ${name}` });
    }
    const action = impliedAction(name, target.level);
    if (action !== undefined && action !== row.action) implied.add(action);
    if (name === "x-amz-copy-source") {
      copySource = readCopySource(value);
      lines.push([name, copySource.header]);
    } else {
      lines.push([name, value]);
    }
  }
  const owner = expectedOwner(headers.get(OWNER), upstream, target, row);
  if (owner !== undefined) lines.push([OWNER, owner]);
  return { lines, implied: [...implied], copySource };
}

function accepts(row: S3Row, name: string): boolean {
  return row.headers?.some((accepted) => fits(accepted, name)) === true;
}

/** A table entry that ends in `-` stands for every header that begins so. */
function fits(entry: string, name: string): boolean {
  return entry === name || (entry.endsWith("-") && name.startsWith(entry));
}

function impliedAction(name: string, level: S3Target["level"]): string | undefined {
  const entry = IMPLIED.find(([header]) => fits(header, name));
  return entry?.[level === "bucket" ? 2 : 1];
}

/** A bucket that was deleted and made again by another account must not receive writes. */
function expectedOwner(
  asked: string | undefined,
  upstream: Upstream,
  target: S3Target,
  row: S3Row,
): string | undefined {
  const own = upstream.expectBucketOwner && row.name !== "CreateBucket" ? upstream.account : undefined;
  if (target.level === "service") return undefined;
  if (asked !== undefined && own !== undefined && asked !== own) {
    throw new Refusal("header-not-allowed", { detail: `${OWNER} names another account` });
  }
  return own ?? asked;
}
