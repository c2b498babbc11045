import { Hono } from "hono";
import type { Readiness, ReadinessReport } from "./readiness.ts";

/** What the probes tell. */
export interface ProbesOptions {
  readonly readiness: Readiness;
  readonly render: () => Promise<string>;
  readonly contentType: string;
  /** What `/readyz` says besides, so that nobody overlooks it: as that every AWS call goes to one configured address. */
  readonly remarks: () => Readonly<Record<string, string>>;
}

/**
 * The probes listener; it may bind any address and answers nothing else:
 *
 * - `GET /livez`: the process runs.
 * - `GET /readyz`: 200 once the data listener is up and keys are fetched, 503 before, while draining and while locked. With
 *   `?locked=ok` a lock counts as ready: for who would restart what is not, and undo the lock by that.
 * - `GET /metrics`: Prometheus text.
 */
export function createProbes({ readiness, render, contentType, remarks }: ProbesOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("cache-control", "no-store");
    await next();
  });
  app.get("/livez", (c) => c.text("ok\n"));
  app.get("/readyz", (c) => {
    const report = readiness.check();
    const isFine = report.ready || (c.req.query("locked") === "ok" && isReadyButForLock(report));
    return c.json({ ...report, ...remarks() }, isFine ? 200 : 503);
  });
  app.get("/metrics", async (c) => c.body(await render(), 200, { "content-type": contentType }));
  for (const path of ["/livez", "/readyz", "/metrics"])
    app.all(path, (c) => c.text("Method not allowed\n", 405, { allow: "GET, HEAD" }));
  app.notFound((c) => c.text("Not found\n", 404));
  app.onError((_error, c) => c.text("Something went wrong\n", 500));
  return app;
}

function isReadyButForLock({ locked, draining, waitingFor }: ReadinessReport): boolean {
  return locked && !draining && waitingFor.length === 0;
}
