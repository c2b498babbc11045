/** Headers of a client that an application never sees. */
const STAY: ReadonlySet<string> = new Set([
  // Tokens and cookies are for Postern.
  "authorization",
  "cookie",
  "cookie2",
  // They describe the client's own connection (RFC 9110 section 7.6.1), or the way so far.
  "connection",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "max-forwards",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  // The body brings its own.
  "content-encoding",
  "content-length",
  // Of what is compressed nobody can see at once whether it repeats a session token: it is not asked for.
  "accept-encoding",
  // A signature has a time of its own.
  "date",
  // From where, as whom and by which name a request came: only a proxy that the application trusts may say so.
  "client-ip",
  "front-end-https",
  "x-client-ip",
  "x-host",
  "x-http-host-override",
  "x-real-ip",
  "x-url-scheme",
  // Another method than the one that was decided.
  "x-method",
  "x-override-method",
  // In CGI this is HTTP_PROXY, by which many find the way for calls of their own.
  "proxy",
]);

/** The same by what their names begin with. */
const STAY_FAMILIES: readonly string[] = [
  "proxy-",
  "sec-websocket-",
  // The operation brings those that it takes; the others choose another target, or forge a trace or an identity of AWS's.
  "amz-sdk-",
  "x-amz-",
  "x-amzn-",
  "x-apigw-",
  // Postern's own.
  "x-postern-",
  // Another method or path than the one that was decided.
  "x-http-method",
  "x-method-override",
  "x-original-",
  "x-rewrite-",
  // From where and as whom, in the words of proxies, of content delivery networks, and of RFC 9440.
  "cf-",
  "client-cert",
  "cloudfront-",
  "fastly-",
  "forwarded",
  "remote-",
  "ssl-",
  "true-client-",
  "x-accel-",
  "x-auth-request-",
  "x-cluster-client-",
  "x-envoy-",
  "x-forwarded",
  "x-remote-",
  "x-ssl-",
];

const STAYS_BY_FAMILY = new RegExp(`^(?:${STAY_FAMILIES.join("|")})`);

/**
 * Whether a header of a client may cross to an application, by its name as {@link foldedName} gives it.
 *
 * All do but credentials, what describes the client's connection, and what could make of a request another one than was
 * decided. What the page says of itself crosses (`Origin`, `Referer`, `Sec-Fetch-…`, `Sec-CH-…`): an application that
 * guards itself against foreign pages, or answers CORS itself, needs it, and it names neither a target nor a caller. So do
 * `traceparent` and the like, which are the application's own.
 */
export function mayCrossToApplication(folded: string): boolean {
  return !STAY.has(folded) && !STAYS_BY_FAMILY.test(folded);
}

/**
 * A lower-case name as those read it to whom all but letters and digits is one: in CGI and its heirs `X_User` and `X-User`
 * are the same variable (RFC 3875 section 4.1.18).
 */
export function foldedName(name: string): string {
  return /[^a-z0-9-]/.test(name) ? name.replace(/[^a-z0-9]/g, "-") : name;
}
