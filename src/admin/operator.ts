import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { type Admission, admit } from "./admit.ts";
import { addConsole } from "./console/add-console.ts";
import type { ConsoleView } from "./console/view.ts";
import { addControl, type Control } from "./control.ts";
import { addExplain, type Explain } from "./explain-page.ts";

/** What the operator's face tells. */
export interface OperatorOptions {
  /** The configuration as it runs: references in place of the values that they stand for. */
  readonly config: () => unknown;
  readonly admission: Admission;
  readonly explain: Explain;
  readonly control: Control;
  /** What the console shows. */
  readonly view: () => ConsoleView;
  /** What was seen while recording; undefined while nothing is recorded. */
  readonly recorded: () => unknown;
}

/** The console is all that a browser shows: it is made of this listener's own files, and of nothing written into a page. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
  imgSrc: ["'self'", "data:"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
  requireTrustedTypesFor: ["'script'"],
};

/**
 * The operator listener:
 *
 * - `GET /`: the console, a page that lives.
 * - `GET /config`: the configuration that runs.
 * - `GET /recorded`: what was seen in record mode; 404 where nothing is recorded.
 * - `POST /explain`: what would become of a request, and why. Nothing is exchanged, and it is not sent; a token
 *   whose key is not known makes Postern ask its issuer, as a request with it would.
 * - `POST /quitquitquit`, `/lock`, `/unlock`, `/revoke`: what stops a sidecar, or a caller.
 */
export function createOperator({ config, explain, recorded, ...options }: OperatorOptions): Hono {
  const app = new Hono();
  app.use(secureHeaders({ strictTransportSecurity: false, contentSecurityPolicy: CONTENT_SECURITY_POLICY }));
  app.use(admit(options.admission));
  app.get("/config", (c) => c.json(config()));
  app.get("/recorded", (c) => {
    const seen = recorded();
    return seen === undefined ? c.json({ message: "Nothing is recorded." }, 404) : c.json(seen);
  });
  for (const path of ["/config", "/recorded"])
    app.all(path, (c) => c.json({ message: "Method not allowed." }, 405, { allow: "GET, HEAD" }));
  addExplain(app, explain);
  addControl(app, options.control);
  addConsole(app, options.view);
  app.notFound((c) => c.json({ message: "There is nothing here." }, 404));
  app.onError((_error, c) => c.json({ message: "Something went wrong." }, 500));
  return app;
}
