import type { Headers } from "../../domain/head.ts";
import type { HeaderLine } from "../../domain/operation.ts";
import { Refusal } from "../../domain/refusal.ts";
import { COMPARED, comparedBy } from "./compared.ts";
import { type CopySource, readCopySource } from "./copy-source.ts";
import type { S3Row } from "./row.ts";
import type { S3Target } from "./target.ts";
import type { Upstream } from "../service.ts";

/** The `x-amz-` headers of a request, read. */
export interface S3Headers {
  /** What is signed and sent. */
  readonly lines: readonly HeaderLine[];
  /** IAM actions that these headers need on the same resource, besides the operation's own. */
  readonly implied: readonly string[];
  readonly copySource: CopySource | undefined;
}

/** The client's own signature, framing and tracing: Postern makes its own, or reads them elsewhere. */
const NOT_THE_OPERATION = new Set([
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-security-token",
  "x-amz-trailer",
  "x-amz-user-agent",
]);

const COPY_SOURCE = "x-amz-copy-source";
const OWNER = "x-amz-expected-bucket-owner";
const SOURCE_OWNER = "x-amz-source-expected-bucket-owner";

/** Operations on no bucket, or on one that is not there yet. */
const WITHOUT_OWNER = new Set(["ListBuckets", "CreateBucket"]);

/** Headers that do what actions of their own do: who sends one needs those too. */
const IMPLIED: readonly (readonly [header: string, actions: readonly string[]])[] = [
  ["x-amz-tagging", ["s3:PutObjectTagging"]],
  ["x-amz-object-lock-mode", ["s3:PutObjectRetention"]],
  ["x-amz-object-lock-retain-until-date", ["s3:PutObjectRetention"]],
  ["x-amz-object-lock-event-hold", ["s3:PutObjectRetention"]],
  ["x-amz-object-lock-event-hold-duration-days", ["s3:PutObjectRetention"]],
  ["x-amz-object-lock-event-hold-duration-years", ["s3:PutObjectRetention"]],
  ["x-amz-object-lock-legal-hold", ["s3:PutObjectLegalHold"]],
  ["x-amz-bypass-governance-retention", ["s3:BypassGovernanceRetention"]],
  ["x-amz-bucket-object-lock-enabled", ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]],
  ["x-amz-object-ownership", ["s3:PutBucketOwnershipControls"]],
  ["x-amz-object-if-match", [COMPARED]],
];
/** Headers that ask for something where they say `true`, and for nothing where they say `false`. */
const FLAGS: ReadonlySet<string> = new Set([
  "x-amz-bucket-object-lock-enabled",
  "x-amz-bypass-governance-retention",
]);
const GRANT = /^x-amz-(?:acl|grant-.*)$/;

/**
 * Admits the `x-amz-` headers that the operation takes. An unknown one is refused rather than dropped: it was meant
 * to change what happens. Of the others `If-Match` alone needs an action of its own.
 *
 * @throws Refusal header-not-allowed, target-malformed, target-ambiguous
 */
export function readS3Headers(
  headers: Headers,
  row: S3Row,
  upstream: Upstream,
  level: S3Target["level"],
): S3Headers {
  const lines: HeaderLine[] = [];
  const implied: string[] = [];
  for (const line of admitted(headers, row, upstream)) {
    if (line[0] !== COPY_SOURCE && line[0] !== OWNER && line[0] !== SOURCE_OWNER) lines.push(line);
    for (const action of isUnset(line) ? [] : impliedBy(line[0], level)) {
      if (action !== row.action && !implied.includes(action)) implied.push(action);
    }
  }
  implied.push(...comparedBy(headers.get("if-match"), row.ifMatch));
  if (!WITHOUT_OWNER.has(row.name)) lines.push(...ownerLine(OWNER, headers, upstream));
  const source = headers.get(COPY_SOURCE);
  if (source === undefined) return { lines, implied, copySource: undefined };
  const copySource = readCopySource(source);
  lines.push([COPY_SOURCE, copySource.header], ...ownerLine(SOURCE_OWNER, headers, upstream));
  return { lines, implied, copySource };
}

function admitted(headers: Headers, row: S3Row, upstream: Upstream): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (const line of headers.entries()) {
    const [name] = line;
    if (!name.startsWith("x-amz-") || NOT_THE_OPERATION.has(name)) continue;
    if (!accepts(row, name) && !upstream.allowHeaders.has(name)) {
      throw new Refusal("header-not-allowed", { detail: `S3 ${row.name} with ${name}` });
    }
    if (headers.repeated.length > 0 && headers.repeated.includes(name)) {
      throw new Refusal("target-ambiguous", { detail: `${name} on more than one line` });
    }
    lines.push(line);
  }
  return lines;
}

/** A table entry that ends in `-` stands for every header that begins so. */
function accepts(row: S3Row, name: string): boolean {
  if (name === OWNER) return !WITHOUT_OWNER.has(row.name);
  const fits = (entry: string): boolean => entry === name || (entry.endsWith("-") && name.startsWith(entry));
  return row.headers?.some(fits) === true;
}

/** Whether a header says that what it could ask for is not asked; what is neither `true` nor `false` may be read as either. */
function isUnset([name, value]: HeaderLine): boolean {
  if (!FLAGS.has(name) || /^true$/i.test(value)) return false;
  if (/^false$/i.test(value)) return true;
  throw new Refusal("header-not-allowed", { detail: `${name} of neither true nor false` });
}

/** Actions that a header needs besides the operation's own; a prefix that ends in `-` stands for its headers. */
export function impliedBy(name: string, level: S3Target["level"]): readonly string[] {
  if (GRANT.test(name)) return [level === "bucket" ? "s3:PutBucketAcl" : "s3:PutObjectAcl"];
  return IMPLIED.find(([header]) => header === name)?.[1] ?? [];
}

/** A bucket that was deleted and made again by another account must neither receive writes nor be copied from. */
function ownerLine(name: string, headers: Headers, upstream: Upstream): readonly HeaderLine[] {
  const asked = headers.get(name);
  const own = upstream.expectBucketOwner ? upstream.account : undefined;
  if (asked !== undefined && own !== undefined && asked !== own) {
    throw new Refusal("header-not-allowed", { detail: `${name} of another account` });
  }
  const owner = own ?? asked;
  return owner === undefined ? [] : [[name, owner]];
}
