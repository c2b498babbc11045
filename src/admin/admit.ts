import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";

/** Who may use the operator's face. */
export interface Admission {
  /** Whether the value of a `Host` is one of its own. */
  readonly isOwnHost: (host: string) => boolean;
  /** Whether TLS is spoken: its own origin is then https. */
  readonly isSecure: boolean;
  /** What operators show; undefined where reaching the face is enough. Read anew for each request. */
  readonly token: () => string | undefined;
}

/** A browser asks for a name and a password, and the token is the password (RFC 7617). */
const CHALLENGE = 'Basic realm="postern operator"';

/**
 * A page of another site can make a browser send requests here, and a name that was pointed at this address can make it
 * read the answers; so the Host must be ours and the request no other site's. That is asked of whoever shows the token
 * too: a browser that knows it adds it to every request.
 */
export function admit(admission: Admission): MiddlewareHandler {
  return async (c, next) => {
    c.header("cache-control", "no-store");
    if (!isOurs(c, admission)) return c.json({ message: "Not from here." }, 403);
    const token = admission.token();
    if (token === undefined || isSame(shownIn(c.req.header("authorization")), token)) return next();
    return c.json({ message: "This is for operators." }, 401, { "www-authenticate": CHALLENGE });
  };
}

function isOurs(c: Context, { isOwnHost, isSecure }: Admission): boolean {
  const host = c.req.header("host") ?? "";
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const own = `${isSecure ? "https" : "http"}://${host}`;
  return (
    isOwnHost(host) &&
    (origin === undefined || origin === own) &&
    (site === undefined || site === "same-origin" || site === "none")
  );
}

/** The token that is shown: as a bearer token (RFC 6750), or as the password of whatever name. Empty where none is. */
function shownIn(authorization = ""): string {
  const [, scheme = "", value = ""] = /^(bearer|basic) +([!-~]+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value;
  const pair = Buffer.from(value, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1 || pair.length);
}

/** Compared by digest, so that the time it takes tells neither how much of it is right nor how long it is. */
function isSame(shown: string, token: string): boolean {
  return timingSafeEqual(digest(shown), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
