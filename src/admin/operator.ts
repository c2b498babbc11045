import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** What the operator's face tells. */
export interface OperatorOptions {
  /** The configuration as it runs: references in place of the values that they stand for. */
  readonly config: () => unknown;
  /** Values of `Host` that are its own. */
  readonly isOwnHost: (host: string) => boolean;
}

/**
 * The operator listener, on loopback:
 *
 * - `GET /config`: the configuration that runs.
 *
 * A page of another site can make a browser send requests here, and a name that was pointed at this address can make it
 * read the answers; so the Host must be ours and the request no other site's.
 */
export function createOperator({ config, isOwnHost }: OperatorOptions): Hono {
  const app = new Hono();
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use(async (c, next) => {
    const site = c.req.header("sec-fetch-site");
    const foreign = site !== undefined && site !== "same-origin" && site !== "none";
    if (foreign || !isOwnHost(c.req.header("host") ?? "")) return c.json({ message: "Not from here." }, 403);
    c.header("cache-control", "no-store");
    await next();
    return undefined;
  });
  app.get("/config", (c) => c.json(config()));
  app.notFound((c) => c.json({ message: "There is nothing here." }, 404));
  return app;
}
