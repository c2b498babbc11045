import type { MiddlewareHandler } from "hono";

/** Who may use the operator's face. */
export interface Admission {
  /** Whether the value of a `Host` is one of its own. */
  readonly isOwnHost: (host: string) => boolean;
  /** Whether TLS is spoken: its own origin is then https. */
  readonly isSecure: boolean;
  /** What operators show; undefined where reaching the face is enough. Read anew for each request. */
  readonly token: () => string | undefined;
}

/**
 * A page of another site can make a browser send requests here, and a name that was pointed at this address can make it
 * read the answers; so the Host must be ours and the request no other site's.
 */
export function admit({ isOwnHost, isSecure }: Admission): MiddlewareHandler {
  return async (c, next) => {
    c.header("cache-control", "no-store");
    const host = c.req.header("host") ?? "";
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    const own = `${isSecure ? "https" : "http"}://${host}`;
    const isOurs =
      isOwnHost(host) &&
      (origin === undefined || origin === own) &&
      (site === undefined || site === "same-origin" || site === "none");
    if (!isOurs) return c.json({ message: "Not from here." }, 403);
    return next();
  };
}
