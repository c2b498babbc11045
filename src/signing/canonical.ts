import type { HeaderLine } from "../domain/operation.ts";
import { encodePath } from "../domain/percent.ts";

/** Header lines in the form that is hashed. */
export interface CanonicalHeaders {
  /** `name:value\n` for every name. */
  readonly lines: string;
  /** The same names, joined with `;`. */
  readonly names: string;
}

/** The parts of a canonical request, each already in its canonical form. */
export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: CanonicalHeaders;
  readonly payloadHash: string;
}

/** Services that speak S3, by signing name: they sign the path as it stands on the wire and require `x-amz-content-sha256`. */
const S3_FAMILY: ReadonlySet<string> = new Set(["s3", "s3express", "s3-object-lambda", "s3-outposts"]);

/** Whether a service, by its signing name, follows S3's rules. */
export function speaksS3(service: string): boolean {
  return S3_FAMILY.has(service);
}

/**
 * The path that a service signs: S3 the wire path itself, every other service the wire path escaped once more
 * (`%` becomes `%25`).
 *
 * Nothing is removed here: a path with dot segments or empty segments is refused long before it is signed.
 */
export function canonicalPath(wirePath: string, service: string): string {
  return speaksS3(service) ? wirePath : encodePath(wirePath);
}

/**
 * The query that a service signs: that of the wire, sorted. Names are in order there; the values of one name may be in
 * another, since to an application they may be a list. S3 takes each name once.
 *
 * @param wireQuery in canonical escapes, each name with its `=`
 */
export function canonicalOrder(wireQuery: string, service: string): string {
  if (speaksS3(service) || !wireQuery.includes("&")) return wireQuery;
  const pairs = wireQuery.split("&").map((pair) => pair.split("=") as [name: string, value: string]);
  return pairs
    .sort(byNameThenValue)
    .map((pair) => pair.join("="))
    .join("&");
}

/** Sorts header lines by name, joins the values of a repeated name with `,` in order, and tidies white space. */
export function canonicalHeaders(headers: readonly HeaderLine[]): CanonicalHeaders {
  let lines = "";
  let names = "";
  let previous = "";
  for (const [name, value] of headers.toSorted(byName)) {
    if (name === previous) {
      lines = `${lines.slice(0, -1)},${tidy(value)}\n`;
      continue;
    }
    lines += `${name}:${tidy(value)}\n`;
    names += names === "" ? name : `;${name}`;
    previous = name;
  }
  return { lines, names };
}

/** The text whose SHA-256 is signed. */
export function canonicalRequest({ method, path, query, headers, payloadHash }: CanonicalParts): string {
  return `${method}\n${path}\n${query}\n${headers.lines}\n${headers.names}\n${payloadHash}`;
}

function byName(a: HeaderLine, b: HeaderLine): number {
  if (a[0] === b[0]) return 0;
  return a[0] < b[0] ? -1 : 1;
}

function byNameThenValue(a: HeaderLine, b: HeaderLine): number {
  return byName(a, b) || byName([a[1], ""], [b[1], ""]);
}

const WHITE_SPACE = /[ \t\r\n]+/g;

/**
 * White space around a value does not count, and a run inside it counts as one space. A character is a byte here: A0 is
 * a part of many letters in UTF-8 and no space, so that `trim` is not for it.
 */
function tidy(value: string): string {
  return isTidy(value) ? value : value.replace(WHITE_SPACE, " ").replace(/^ | $/g, "");
}

/** Nearly every value is; native searches make this cheap even for a session token of 2 KB. */
function isTidy(value: string): boolean {
  return !(
    value.includes("  ") ||
    value.includes("\t") ||
    value.includes("\n") ||
    value.startsWith(" ") ||
    value.endsWith(" ") ||
    value.includes("\r")
  );
}
