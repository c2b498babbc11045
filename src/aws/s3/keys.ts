import type { HeaderLine, Requirement } from "../../domain/operation.ts";
import type { KeyEntry } from "../dynamodb/key-entry.ts";
import { broughtAlong } from "./brought-along.ts";
import type { CopySource } from "./copy-source.ts";
import { CUSTOMER_KEY, GUARDED_HEADERS, HEADER_KEYS } from "./header-keys.ts";
import type { S3Request } from "./request.ts";
import { keysWithUnknownTags, tagEntries } from "./tag-keys.ts";

/** What a requirement says of the request besides its action and resource. */
export type Conditions = Pick<Requirement, "keys" | "guarded">;

const LISTING = ["prefix", "delimiter", "max-keys"];
const LISTING_ANNOTATIONS = ["annotation-prefix", "max-annotation-results"];

/** Actions that list → query names that are keys. */
const LISTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["s3:ListBucket", LISTING],
  ["s3:ListBucketVersions", LISTING],
  ["s3:ListObjectAnnotations", LISTING_ANNOTATIONS],
  ["s3:ListObjectVersionAnnotations", LISTING_ANNOTATIONS],
]);

/** Actions that set an object's tags. */
const TAGS: ReadonlySet<string> = new Set([
  "s3:PutObject",
  "s3:PutObjectTagging",
  "s3:PutObjectVersionTagging",
]);

const OF_SOURCE = "x-amz-copy-source-server-side-encryption-customer-";

const GUARDED_KEYS: ReadonlySet<string> = new Set(GUARDED_HEADERS.values());

/** Printable ASCII. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * The condition keys of one action that a request needs on the object or bucket it is about.
 *
 * @param versionId where the action is one on a version
 */
export function keysOf(action: string, request: S3Request, versionId?: string): Conditions {
  const { row, query, headers } = request;
  const entries = headers.lines.length === 0 ? [] : headerEntries(action, headers.lines);
  for (const name of LISTS.get(action) ?? []) entries.push(...entryOf(`s3:${name}`, query.get(name)));
  if (request.told !== undefined && action === row.action) entries.push(...request.told);
  if (versionId !== undefined) entries.push(["s3:versionid", [versionId]]);
  if (action === "s3:PutObject") entries.push(...entryOf("s3:x-amz-copy-source", nameOf(headers.copySource)));
  const tags = TAGS.has(action) ? tagsOf(request) : [];
  if (tags === "unknown") return { keys: keysWithUnknownTags(entries) };
  return entries.length + tags.length === 0 ? {} : { keys: new Map([...entries, ...tags]) };
}

/** What an allow of the request's own action must name. */
export function guardsOf({ headers, told = [] }: S3Request): Conditions {
  if (headers.lines.length + told.length === 0) return {};
  const byHeaders = headers.lines.flatMap(([name]) => GUARDED_HEADERS.get(name) ?? []);
  const byBody = told.flatMap(([key]) => (GUARDED_KEYS.has(key) ? [key] : []));
  const guarded = new Set([...byHeaders, ...byBody]);
  return guarded.size === 0 ? {} : { guarded: [...guarded] };
}

/** The same of the object that a copy reads: which version, and whether with a key of the customer's. */
export function sourceConditions({ headers: { lines } }: S3Request, { versionId }: CopySource): Conditions {
  const algorithm = lines.find(([name]) => name === `${OF_SOURCE}algorithm`);
  const entries = [...entryOf("s3:versionid", versionId)];
  if (algorithm !== undefined) entries.push([CUSTOMER_KEY, valueOf(algorithm[1])]);
  const guarded = lines.some(([name]) => name.startsWith(OF_SOURCE)) && { guarded: [CUSTOMER_KEY] };
  return { ...(entries.length > 0 && { keys: new Map(entries) }), ...guarded };
}

function headerEntries(action: string, lines: readonly HeaderLine[]): KeyEntry[] {
  const entries: KeyEntry[] = [];
  for (const [name, value] of lines) {
    const known = HEADER_KEYS.get(name);
    if (known?.actions.includes(action) !== true) continue;
    entries.push([known.key, known.unknown === true ? "unknown" : valueOf(value)]);
  }
  return entries;
}

function entryOf(key: string, value: string | undefined): readonly KeyEntry[] {
  return value === undefined ? [] : [[key, [value]]];
}

/** Of a header: the bytes of other text than ASCII come as characters of their own, and nobody says how S3 reads them. */
function valueOf(header: string): readonly string[] | "unknown" {
  return PLAIN.test(header) ? [header] : "unknown";
}

/** As policies are to write it (S3 User Guide, policy examples): without the slash at the start, and without a version. */
function nameOf(source: CopySource | undefined): string | undefined {
  return source && `${source.bucket}/${source.key}`;
}

/** The body of PutObjectTagging is not read, and the tags that a copy brings along are not in the request. */
function tagsOf({ row, headers }: S3Request): readonly KeyEntry[] | "unknown" {
  if (row.action === "s3:PutObjectTagging" || mayCopyTags(row.name, headers.lines)) return "unknown";
  const tagging = headers.lines.find(([name]) => name === "x-amz-tagging");
  return tagging === undefined ? [] : tagEntries(tagging[1]);
}

function mayCopyTags(name: string, lines: readonly HeaderLine[]): boolean {
  return broughtAlong(name, lines).some(({ written }) => written === "s3:PutObjectTagging");
}
