import type { Authorization } from "./credential.ts";
import { percentDecode, percentEncode } from "./percent.ts";
import { invalidUri } from "./request-head.ts";
import type { RequestHead } from "./request-head.ts";
import type { ServiceRules } from "./service-rules.ts";
import { tidySpace } from "./white-space.ts";

/** What a signature covers, in the words of "Create a signed AWS API request"; latin1. */
export function canonicalRequest(
  head: RequestHead,
  authorization: Authorization,
  payloadHash: string,
  rules: ServiceRules,
): string {
  const signed = [...authorization.signedHeaders].sort();
  return [
    head.method,
    canonicalPath(head.path, rules.path),
    canonicalQuery(head, authorization, rules),
    ...signed.map((name) => `${name}:${canonicalValue(head.headers.get(name) ?? [])}`),
    "",
    signed.join(";"),
    payloadHash,
  ].join("\n");
}

function canonicalPath(path: string, rule: ServiceRules["path"]): string {
  if (rule === "verbatim") return percentEncode(path, "keep-slash");
  if (rule === "normalised") return percentEncode(normalise(path), "keep-slash");
  const bytes = percentDecode(path, "plus-is-plus");
  if (bytes === undefined) throw invalidUri();
  return percentEncode(bytes, "keep-slash");
}

/** RFC 3986 section 5.2.4, and empty segments go too. */
function normalise(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}${path.endsWith("/") && kept.length > 0 ? "/" : ""}`;
}

function canonicalQuery(head: RequestHead, authorization: Authorization, rules: ServiceRules): string {
  const unsigned = new Set<string>();
  if (authorization.form === "query") {
    unsigned.add("X-Amz-Signature");
    if (rules.tokenAfterSigning) unsigned.add("X-Amz-Security-Token");
  }
  return head.query
    .filter(([name]) => !unsigned.has(name))
    .map(
      ([name, value]) => [percentEncode(name, "encode-slash"), percentEncode(value, "encode-slash")] as const,
    )
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** By code unit: the escapes are ASCII, so that this is the order of bytes. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function canonicalValue(values: readonly string[]): string {
  return values.map(tidySpace).join(",");
}
