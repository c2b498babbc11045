import type { Headers } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import { mayCrossToApplication } from "../../upstream/application-headers.ts";
import type { Live } from "../live.ts";

/** What outer proxies write themselves, over a client's, or take off: of it a client's own word goes nowhere. */
const OF_OUTER_PROXIES: ReadonlySet<string> = new Set([
  // Tokens and cookies, which Postern reads, and the outer proxy does not pass on.
  "authorization",
  "cookie",
  // Of one connection (RFC 9110 section 7.6.1), and of the way so far.
  "connection",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "max-forwards",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  // From where a request came, and how.
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-method",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-forwarded-server",
  "x-forwarded-uri",
  "x-real-ip",
  // They name neither a caller nor a target.
  "accept-encoding",
  "content-encoding",
  "content-length",
  "date",
]);

/** `x-amz-…`: which of them it takes the service has said already. */
const FAMILIES = /^(?:x-amz-|x-envoy-|x-postern-)/;

/**
 * Refuses headers of a client that Postern itself would leave behind, and that an outer proxy may not: they choose
 * another target or method, or say who calls.
 *
 * @param headers names that are plain, as `readAsked` takes no others
 * @throws Refusal header-not-allowed
 */
export function checkCrossing(headers: Headers, { service, identityHeaders }: Live): void {
  if (service.speaker !== "application") return;
  for (const [name] of headers.entries()) {
    const told = identityHeaders.some((header) => header.name === name);
    if (told || !(mayCrossToApplication(name) || OF_OUTER_PROXIES.has(name) || FAMILIES.test(name)))
      throw new Refusal("header-not-allowed", { detail: `${name}, where an outer proxy sends the request` });
  }
}
