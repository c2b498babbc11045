import { foldedName } from "./application-headers.ts";
import { isNamed } from "./framing.ts";
import { namedHops } from "./named-hops.ts";
import { setsOwnCookie } from "./own-cookie.ts";
import { toClientPath } from "./redirect.ts";
import type { Application, SignedRequest } from "./signed-request.ts";

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
  // Orders about Postern's own origin, which are neither AWS's nor an application's to give.
  "alt-svc",
  "clear-site-data",
  "nel",
  "report-to",
  "reporting-endpoints",
  "service-worker-allowed",
  "strict-transport-security",
  "set-cookie",
  // Orders to shared caches that go before Cache-Control (RFC 9213).
  "cdn-cache-control",
  "surrogate-control",
]);

/**
 * The same by what their names begin with: Postern's own, and what servers in front of it would obey, such as to send a
 * file in place of the answer; and every network's own `…-CDN-Cache-Control`, but for an object's metadata of that name.
 */
const STAYS_BY_FAMILY =
  /^(?:x-(?:accel|lighttpd|litespeed|postern|reproxy)-|x-sendfile|(?!x-amz-).*-cdn-cache-control$)/;

/** Whether a field of AWS's answer may cross to the client, by its lower-case name, however its words are joined. */
export function mayCrossToClient(name: string): boolean {
  const folded = foldedName(name);
  return !RESPONSE_STAYS.has(folded) && !STAYS_BY_FAMILY.test(folded);
}

/** The token's places: a cache must not hand one caller's answer to another. */
const VARY =
  "Authorization, Cookie, X-Amz-Security-Token, X-Postern-Id-Token, X-Postern-Role, X-Postern-Token";

/** What an application may say for itself where AWS may not: what becomes of a value; undefined where it stays behind. */
const SAID_BY_APPLICATIONS: ReadonlyMap<
  string,
  (value: string, application: Application, path: string) => string | undefined
> = new Map([
  ["content-location", toClientPath],
  ["location", toClientPath],
  ["set-cookie", (value, { ownCookie }) => (setsOwnCookie(value, ownCookie) ? undefined : value)],
]);

/** What decides which lines of an answer cross. */
type Asked = Pick<
  SignedRequest,
  "answerHeaders" | "answersCors" | "application" | "path" | "replacedHeaders"
>;

/**
 * Chooses what of an answer crosses to the client, each line as it came but for these: what may be stored at all may be
 * stored for this caller only; and an application's redirects to itself lead to where the client has it.
 *
 * @param raw as undici hands them over: name, value, name, value …
 */
export function crossToClient(raw: readonly Buffer[], asked: Asked): string[] {
  const lines: string[] = [...asked.answerHeaders, "vary", VARY];
  const hops = namedHops(connectionValues(raw));
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as Buffer).toString("latin1");
    const lower = name.toLowerCase();
    if (hops?.has(lower) === true || staysBehind(lower, asked)) continue;
    const value = crossingValue(lower, (raw[i + 1] as Buffer).toString("latin1"), asked);
    if (value !== undefined) lines.push(name, value);
  }
  return lines;
}

function staysBehind(name: string, { replacedHeaders, answersCors, application }: Asked): boolean {
  if (replacedHeaders?.has(name) === true) return true;
  if (answersCors === true && name.startsWith("access-control-")) return true;
  return !mayCrossToClient(name) && (application === undefined || !SAID_BY_APPLICATIONS.has(name));
}

function crossingValue(name: string, value: string, { application, path }: Asked): string | undefined {
  if (name === "cache-control") return toPrivate(value);
  const said = application && SAID_BY_APPLICATIONS.get(name);
  return said === undefined || application === undefined ? value : said(value, application, path);
}

const NONE: readonly string[] = [];

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
