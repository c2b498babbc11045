import { decodePercent, encodePercent } from "../domain/percent.ts";
import { Refusal } from "../domain/refusal.ts";

/** Decoded query parameters in order of arrival; each name once. */
export type Query = ReadonlyMap<string, string>;

const NONE: Query = new Map();

/** Names of a SigV4 or SigV2 query signature: somebody presigned this request. */
const SIGNATURE_NAMES = new Set(["x-amz-signature", "x-amz-credential", "x-amz-algorithm", "awsaccesskeyid", "signature"]);

/**
 * Splits a request target at its first `?`.
 *
 * @param target starts with `/`
 */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf("?");
  return mark === -1
    ? { path: target, query: "" }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/**
 * Reads a raw query, `+` as a space. A name that stands twice has two readings, and a presigned query brings
 * another caller's credentials: both are refused.
 *
 * @throws Refusal target-malformed, target-ambiguous, presigned-not-accepted
 */
export function readQuery(raw: string): Query {
  if (raw === "") return NONE;
  const parameters = new Map<string, string>();
  for (const part of raw.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals === -1 ? part : part.slice(0, equals));
    const value = equals === -1 ? "" : decode(part.slice(equals + 1));
    if (SIGNATURE_NAMES.has(name.toLowerCase())) throw new Refusal("presigned-not-accepted");
    if (parameters.has(name)) throw new Refusal("target-ambiguous", { detail: `the query names ${name} twice` });
    parameters.set(name, value);
  }
  return parameters;
}

function decode(text: string): string {
  const decoded = decodePercent(text.includes("+") ? text.replaceAll("+", "%20") : text);
  if (decoded === undefined) throw new Refusal("target-malformed", { detail: "an escape in the query is not UTF-8" });
  return decoded;
}

/** Writes parameters in SigV4's canonical form, which is also what is sent: escaped, sorted, `name=` without a value. */
export function writeQuery(parameters: Query): string {
  if (parameters.size === 0) return "";
  const pairs = [...parameters].map(([name, value]) => [encodePercent(name), encodePercent(value)] as const);
  // Escaped text is ASCII, so code units sort as bytes do.
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}
