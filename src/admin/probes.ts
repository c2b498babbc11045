import { Hono } from "hono";
import type { Readiness } from "./readiness.ts";

/** What the probes tell. */
export interface ProbesOptions {
  readonly readiness: Readiness;
  readonly render: () => Promise<string>;
  readonly contentType: string;
  /** Whether every AWS call goes to one configured address, as in tests; `/readyz` then says so. */
  readonly endpointOverridden: boolean;
}

/**
 * The probes listener; it may bind any address and answers nothing else:
 *
 * - `GET /livez`: the process runs.
 * - `GET /readyz`: 200 once the data listener is up and keys are fetched, 503 before and while draining.
 * - `GET /metrics`: Prometheus text.
 */
export function createProbes({ readiness, render, contentType, endpointOverridden }: ProbesOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("cache-control", "no-store");
    await next();
  });
  app.get("/livez", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => {
    const report = readiness.check();
    return c.json(
      { ...report, ...(endpointOverridden && { awsEndpoint: "overridden" }) },
      report.ready ? 200 : 503,
    );
  });
  app.get("/metrics", async (c) => c.body(await render(), 200, { "content-type": contentType }));
  for (const path of ["/livez", "/readyz", "/metrics"])
    app.all(path, (c) => c.text("Method not allowed\n", 405, { allow: "GET, HEAD" }));
  app.notFound((c) => c.text("Not found\n", 404));
  app.onError((_error, c) => c.text("Something went wrong\n", 500));
  return app;
}
