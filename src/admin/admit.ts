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
  /** Told of each request that is not let in, with its `Host` as it came. */
  readonly onRefused: (why: NotAdmitted, host: string) => void;
}

/** Why somebody is not let in: by a name that is not the face's, from another site's page, without a token, or by another. */
export type NotAdmitted = "host" | "site" | "no-token" | "token";

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
    const why = whyNot(c, admission);
    if (why === undefined) return next();
    admission.onRefused(why, c.req.header("host") ?? "");
    if (why === "host" || why === "site") return c.json({ message: "Not from here." }, 403);
    return c.json({ message: "This is for operators." }, 401, { "www-authenticate": CHALLENGE });
  };
}

function whyNot(c: Context, admission: Admission): NotAdmitted | undefined {
  const host = c.req.header("host") ?? "";
  if (!admission.isOwnHost(host)) return "host";
  if (!isOwnSite(c, host, admission)) return "site";
  const token = admission.token();
  const authorization = c.req.header("authorization");
  if (token === undefined || isSame(shownIn(authorization), token)) return undefined;
  return authorization === undefined ? "no-token" : "token";
}

function isOwnSite(c: Context, host: string, { isSecure }: Admission): boolean {
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const own = `${isSecure ? "https" : "http"}://${host}`;
  return (
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
