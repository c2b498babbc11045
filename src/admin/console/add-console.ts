import type { Hono } from "hono";
import { addAssets } from "./assets.ts";
import { createAudience, type Pace } from "./audience.ts";
import { streamTo } from "./events.ts";
import { createLoopDelay } from "./loop-delay.ts";
import { sheetOf } from "./sheet/sheet-of.ts";
import type { ConsoleView } from "./view.ts";

/**
 * Adds the console: `GET /`, what it is made of, and `GET /events`, by which it lives.
 *
 * @param pace of what is told to those who look
 */
export function addConsole(app: Hono, view: () => ConsoleView, pace: Pace = everySecond): void {
  const { read, open } = createLoopDelay();
  const audience = createAudience({
    look: () => {
      const seen = view();
      return { sheet: sheetOf(seen, read()), isLast: seen.readiness.draining };
    },
    pace,
    open,
  });
  app.get("/", async (c) => {
    // Most sidecars are never looked at.
    const { pageOf } = await import("./page/page.tsx");
    return c.html(pageOf(sheetOf(view())));
  });
  app.get("/events", (c) => {
    if (c.req.raw.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
    if (view().readiness.draining) return c.json({ message: "Postern drains." }, 503);
    if (audience.isFull()) return c.json({ message: "Too many look already." }, 503);
    return streamTo(c, audience);
  });
  addAssets(app);
  for (const path of ["/", "/events"])
    app.all(path, (c) => c.json({ message: "Method not allowed." }, 405, { allow: "GET, HEAD" }));
}

const SECOND_MS = 1000;

function everySecond(tick: () => void): () => void {
  const timer = setInterval(tick, SECOND_MS).unref();
  return () => clearInterval(timer);
}
