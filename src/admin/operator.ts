import { Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { addExplain, type Explain } from "./explain-page.ts";

/** What the operator's face tells. */
export interface OperatorOptions {
  /** The configuration as it runs: references in place of the values that they stand for. */
  readonly config: () => unknown;
  /** Values of `Host` that are its own. */
  readonly isOwnHost: (host: string) => boolean;
  readonly explain: Explain;
  /** What was seen while recording; undefined while nothing is recorded. Without it there is no such page. */
  readonly recorded?: (() => unknown) | undefined;
}

/**
 * The operator listener, on loopback:
 *
 * - `GET /config`: the configuration that runs.
 * - `GET /recorded`: what was seen in record mode; 404 where nothing is recorded.
 * - `POST /explain`: what would become of a request, and why. Nothing is exchanged, and it is not sent; a token
 *   whose key is not known makes Postern ask its issuer, as a request with it would.
 */
export function createOperator({ config, isOwnHost, explain, recorded }: OperatorOptions): Hono {
  const app = new Hono();
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use(refuseStrangers(isOwnHost));
  app.get("/config", (c) => c.json(config()));
  app.get("/recorded", (c) => {
    const seen = recorded?.();
    return seen === undefined ? c.json({ message: "Nothing is recorded." }, 404) : c.json(seen);
  });
  for (const path of ["/config", "/recorded"])
    app.all(path, (c) => c.json({ message: "Method not allowed." }, 405, { allow: "GET, HEAD" }));
  addExplain(app, explain);
  app.notFound((c) => c.json({ message: "There is nothing here." }, 404));
  app.onError((_error, c) => c.json({ message: "Something went wrong." }, 500));
  return app;
}

/**
 * A page of another site can make a browser send requests here, and a name that was pointed at this address can make it
 * read the answers; so the Host must be ours and the request no other site's.
 */
function refuseStrangers(isOwnHost: OperatorOptions["isOwnHost"]): MiddlewareHandler {
  return async (c, next) => {
    c.header("cache-control", "no-store");
    const host = c.req.header("host") ?? "";
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site");
    const isOurs =
      isOwnHost(host) &&
      (origin === undefined || origin === `http://${host}`) &&
      (site === undefined || site === "same-origin" || site === "none");
    if (!isOurs) return c.json({ message: "Not from here." }, 403);
    return next();
  };
}
