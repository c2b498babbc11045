import { type Head, type Headers, readHeaders } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { foldedName } from "../../upstream/application-headers.ts";
import { SECRET_HEADER } from "./check-outer.ts";
import type { AuthorizeRules } from "./rules.ts";

/** The request that an outer proxy asks about. */
export interface AskedRequest {
  /** As if the client had sent it to Postern itself, but for its length: its body goes another way. */
  readonly head: Head;
  /** Bytes of its body; undefined where nobody says. */
  readonly length: number | undefined;
}

/** Of the outer proxy's own request. */
const OWN: readonly string[] = ["content-length", SECRET_HEADER];

/** As much as S3 takes in one request is less (5 GiB). */
const LENGTH = /^\d{1,15}$/;

/**
 * Reads it from the headers that are configured, and from no others: what a client could write as well is no word of the
 * outer proxy's. All other headers are the client's.
 *
 * @param rawHeaders name, value, name, value …
 * @throws Refusal header-not-allowed, target-malformed, target-ambiguous, length-required
 */
export function readAsked(rawHeaders: readonly string[], rules: AuthorizeRules): AskedRequest {
  const { methodHeader, uriHeader, hostHeader, lengthHeader } = rules;
  const all = readHeaders(rawHeaders);
  refuseOtherSpellings(all);
  const [method, target] = [theOnly(all, methodHeader), theOnly(all, uriHeader)];
  const host = hostHeader === undefined ? undefined : theOnly(all, hostHeader);
  const told = [methodHeader, uriHeader, hostHeader, lengthHeader, host === undefined ? undefined : "host"];
  const lines = without(rawHeaders, new Set([...told, ...OWN]));
  if (host !== undefined) lines.push("host", host);
  return {
    head: { method, target, headers: readHeaders(lines) },
    length: lengthHeader === undefined ? undefined : lengthIn(all, lengthHeader),
  };
}

/** To an outer proxy, and to who stands behind it, `If_Match` may be `If-Match`: it would be decided as one, and sent as the other. */
function refuseOtherSpellings(headers: Headers): void {
  for (const [name] of headers.entries())
    if (foldedName(name) !== name)
      throw new Refusal("header-not-allowed", {
        detail: `${name}, which others read as ${foldedName(name)}`,
      });
}

/** Two of them are one of the client's and one of the outer proxy's, and nobody knows which is which. */
function theOnly(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === undefined || value === "")
    throw new Refusal("target-malformed", { detail: `the outer proxy sends no ${name}` });
  if (headers.repeated.includes(name))
    throw new Refusal("target-ambiguous", { detail: `${name} stands twice` });
  return value;
}

function lengthIn(headers: Headers, name: string): number | undefined {
  if (!headers.has(name)) return undefined;
  const text = theOnly(headers, name);
  if (!LENGTH.test(text)) throw new Refusal("length-required", { detail: `${name} is no length` });
  return Number(text);
}

function without(rawHeaders: readonly string[], names: ReadonlySet<string | undefined>): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    if (!names.has(name.toLowerCase())) lines.push(name, value);
  }
  return lines;
}
