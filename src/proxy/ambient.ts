import type { Caller } from "../domain/caller.ts";
import type { Head, Headers } from "../domain/head.ts";
import { Refusal } from "../domain/refusal.ts";

/** From where requests are accepted that a browser may have made without anybody's wish. */
export interface AmbientRules {
  /** Host names by which Postern may be called, lower-case and without port. */
  readonly hosts: ReadonlySet<string>;
  /** Origins whose pages may call it, as a browser serialises them. */
  readonly origins: ReadonlySet<string>;
}

const NO_NAMES: ReadonlySet<string> = new Set();
const LOOPBACK = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
/** `Sec-Fetch-Site` of a page of Postern's own host, and of what somebody typed (Fetch Metadata Request Headers). */
const OWN_SITES: ReadonlySet<string | undefined> = new Set(["same-origin", "none"]);

/**
 * Turns away what a foreign page may have sent for a caller whose credential the browser adds by itself, or who needs
 * none: the Host must be one of ours (a name that is re-bound to this address is not), the request of our own page or of
 * a listed origin; and what changes something must come from a listed origin, or from a client that says on purpose that
 * it is none of a browser's.
 *
 * @param pages origins that are listed besides, for a guest: nobody's name is borrowed there
 * @throws Refusal origin-not-allowed
 */
export function checkAmbient(
  head: Head,
  { hosts, origins }: AmbientRules,
  pages: ReadonlySet<string> = NO_NAMES,
): void {
  const { method, headers } = head;
  const host = (headers.get("host") ?? "").replace(/:\d*$/, "").toLowerCase();
  if (!LOOPBACK.test(host) && !hosts.has(host)) throw refused("the Host is not one of ours");
  const origin = headers.get("origin");
  if (origin !== undefined && (origins.has(origin) || pages.has(origin))) return;
  const site = headers.get("sec-fetch-site");
  if (origin === undefined && site === undefined) checkPurpose(method, headers);
  else if (!OWN_SITES.has(site) || !SAFE_METHODS.has(method))
    throw refused("the request comes from a page that is not listed");
}

/** Neither header is there: an old browser's reading, or a program's request, which says so where it writes. */
function checkPurpose(method: string, headers: Headers): void {
  if (!SAFE_METHODS.has(method) && headers.get("x-postern-client") !== "1")
    throw refused("what changes something needs a listed Origin, or X-Postern-Client: 1");
}

/** What a browser is told of an answer that it got without a token in a header: to run nothing of it. */
const PRECAUTIONS: Readonly<Record<string, string>> = {
  "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
};
const LINES: readonly string[] = Object.entries(PRECAUTIONS).flat();
const NAMES: ReadonlySet<string> = new Set(Object.keys(PRECAUTIONS));
const NO_HEADERS: readonly string[] = [];

/** Headers that go with every answer to a caller: name, value … Whom nobody has proved may be a browser. */
export function answerHeadersFor(caller: Caller | undefined): readonly string[] {
  return caller?.ambient === false ? NO_HEADERS : LINES;
}

/** Lower-case names of which AWS's own lines give way to those. */
export function replacedHeadersFor(caller: Caller | undefined): ReadonlySet<string> {
  return caller?.ambient === false ? NO_NAMES : NAMES;
}

function refused(detail: string): Refusal {
  return new Refusal("origin-not-allowed", { detail });
}
