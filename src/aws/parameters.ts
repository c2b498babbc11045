import { canonicalQuery, parseQuery } from "../domain/query.ts";
import { Refusal } from "../domain/refusal.ts";

/** Decoded query parameters in order of arrival; each name once. */
export type Parameters = ReadonlyMap<string, string>;

const NONE: Parameters = new Map();

/** Names of a SigV4 or SigV2 query signature: somebody presigned this request. */
const SIGNATURE_NAMES = new Set([
  "x-amz-signature",
  "x-amz-credential",
  "x-amz-algorithm",
  "x-amz-security-token",
  "awsaccesskeyid",
  "signature",
]);

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
 * Reads a raw query as S3 does, `+` as a space. A name that stands twice has two readings, and a presigned query brings
 * another caller's credentials: both are refused.
 *
 * @throws Refusal target-malformed, target-ambiguous, presigned-not-accepted
 */
export function readParameters(rawQuery: string): Parameters {
  if (rawQuery === "") return NONE;
  const pairs = parseQuery(rawQuery, "space");
  if (pairs === undefined) throw new Refusal("target-malformed", { detail: "the query cannot be decoded" });
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (SIGNATURE_NAMES.has(name.toLowerCase())) throw new Refusal("presigned-not-accepted");
    if (parameters.has(name))
      throw new Refusal("target-ambiguous", { detail: "the query names a parameter twice" });
    parameters.set(name, value);
  }
  return parameters;
}

/** Writes parameters in SigV4's canonical form, which is also what is sent. */
export function writeParameters(parameters: Parameters): string {
  return parameters.size === 0 ? "" : canonicalQuery([...parameters]);
}
