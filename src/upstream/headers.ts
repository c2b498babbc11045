import type { Headers } from "../domain/head.ts";
import type { HeaderLine } from "../domain/operation.ts";
import { isNamed } from "./framing.ts";

/**
 * Headers of a client's request that cross to AWS besides those of the operation itself. All others stay behind:
 * credentials and cookies above all, whatever describes the client's own connection, and whatever an intermediary
 * might take for a routing hint.
 */
const REQUEST_CROSSES: ReadonlyMap<string, "signed" | "unsigned"> = new Map([
  ["content-md5", "signed"], // S3 compares it; it must be signed where it is sent
  ["content-type", "signed"], // part of the object's metadata, and what a signer signs where it is sent
  ["accept", "unsigned"],
  ["accept-encoding", "unsigned"], // never added or changed: what the client can decode is its own affair
  ["cache-control", "unsigned"], // object metadata
  ["content-disposition", "unsigned"], // object metadata
  ["content-language", "unsigned"], // object metadata
  ["expires", "unsigned"], // object metadata
  ["if-match", "unsigned"],
  ["if-modified-since", "unsigned"],
  ["if-none-match", "unsigned"],
  ["if-range", "unsigned"], // with a range of another version of the object a download would be of two halves
  ["if-unmodified-since", "unsigned"],
  ["range", "unsigned"],
  ["user-agent", "unsigned"], // seen in CloudTrail; smithy and botocore leave it unsigned, since proxies rewrite it
]);

/** Headers that may stand on several lines: they mean the same on one (RFC 9110 section 5.3), or nobody here reads them. */
const MAY_REPEAT: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "baggage",
  "cache-control",
  "connection",
  "cookie",
  "forwarded",
  "pragma",
  "te",
  "tracestate",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

/** A header on several lines of which only one would count; undefined where there is none. */
export function repeatedSingle(headers: Headers): string | undefined {
  return headers.repeated.find((name) => !MAY_REPEAT.has(name));
}

/** The client's headers that cross, apart by whether they are signed. */
export interface CrossingHeaders {
  readonly signed: readonly HeaderLine[];
  readonly unsigned: readonly HeaderLine[];
}

/**
 * Chooses what crosses to AWS.
 *
 * @param own headers that the operation brings itself, and that the client's are not to double
 */
export function crossToAws(headers: Headers, own: readonly HeaderLine[]): CrossingHeaders {
  const signed: HeaderLine[] = [];
  const unsigned: HeaderLine[] = [];
  const connection = headers.get("connection");
  const hops = connection === undefined ? undefined : namedHops([connection]);
  for (const line of headers.entries()) {
    const [name] = line;
    const crosses = REQUEST_CROSSES.get(name);
    if (crosses === undefined || hops?.has(name) === true || own.some(([other]) => other === name)) continue;
    (crosses === "signed" ? signed : unsigned).push(line);
  }
  return { signed, unsigned };
}

/** Names that the values of Connection make hop by hop; undefined where they only say what becomes of the connection. */
function namedHops(values: readonly string[]): ReadonlySet<string> | undefined {
  // Nearly every answer has this one line, or none.
  if (values.length === 0 || (values.length === 1 && values[0] === "keep-alive")) return undefined;
  const names = values.flatMap((value) => value.toLowerCase().split(",")).map((name) => name.trim());
  return names.every((name) => name === "close" || name === "keep-alive") ? undefined : new Set(names);
}

/** Headers of AWS's answer that do not cross to the client. */
const RESPONSE_STAYS: ReadonlySet<string> = new Set([
  // Hop by hop (RFC 9110 section 7.6.1): they describe the other connection.
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // The client would follow it and take its token along.
  "location",
  "refresh",
  // Orders about Postern's own origin, which are not AWS's to give.
  "alt-svc",
  "clear-site-data",
  "service-worker-allowed",
  "strict-transport-security",
  "set-cookie",
  // Orders to shared caches that go before Cache-Control (RFC 9213).
  "cdn-cache-control",
  "surrogate-control",
]);

/**
 * Whether a field of AWS's answer may cross to the client, by its lower-case name. Those do not that are Postern's own,
 * nor those that nginx in front of it would obey, such as to send a file in place of the answer.
 */
export function mayCrossToClient(name: string): boolean {
  return !RESPONSE_STAYS.has(name) && !name.startsWith("x-postern-") && !name.startsWith("x-accel-");
}

/** The token's places: a cache must not hand one caller's answer to another. */
const VARY =
  "Authorization, Cookie, X-Amz-Security-Token, X-Postern-Id-Token, X-Postern-Role, X-Postern-Token";

/**
 * Chooses what of AWS's answer crosses to the client, each line as it came but for one: what may be stored at all may
 * be stored for this caller only.
 *
 * @param raw as undici hands them over: name, value, name, value …
 * @param added Postern's own, in the same form
 * @param replaced lower-case names of which AWS's own lines stay behind
 */
export function crossToClient(
  raw: readonly Buffer[],
  added: readonly string[],
  replaced: ReadonlySet<string> = NO_NAMES,
): string[] {
  const lines: string[] = [...added, "vary", VARY];
  const hops = namedHops(connectionValues(raw));
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as Buffer).toString("latin1");
    const lower = name.toLowerCase();
    if (!mayCrossToClient(lower) || hops?.has(lower) === true || replaced.has(lower)) continue;
    const value = (raw[i + 1] as Buffer).toString("latin1");
    lines.push(name, lower === "cache-control" ? toPrivate(value) : value);
  }
  return lines;
}

const NONE: readonly string[] = [];
const NO_NAMES: ReadonlySet<string> = new Set();

function connectionValues(raw: readonly Buffer[]): readonly string[] {
  let values = NONE;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (isNamed(raw[i] as Buffer, "connection"))
      values = [...values, (raw[i + 1] as Buffer).toString("latin1")];
  }
  return values;
}

const SHARED = /^(?:public|s-maxage)(?![\w-])/i;

/** A `public` answer becomes a `private` one, and what speaks to shared caches only falls away. */
function toPrivate(cacheControl: string): string {
  const parts = cacheControl.split(",").map((part) => part.trim());
  const own = parts.filter((part) => !SHARED.test(part));
  if (own.length === parts.length) return cacheControl;
  return ["private", ...own.filter((part) => part.toLowerCase() !== "private")].join(", ");
}
