import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Refusal } from "../domain/refusal.ts";
import { withoutTokens } from "../telemetry/without-tokens.ts";
import { type Asked, readAsked } from "./asked.ts";
import { plainJson } from "./plain-json.ts";
import { purposeProblem } from "./purpose.ts";

/** Says what would become of a request, or of an MQTT packet. */
export type Explain = (asked: Asked) => Promise<object>;

const MAX_BYTES = 1024 * 1024;

/**
 * `POST /explain`: what would become of a request or an MQTT packet, and why. Whoever asks shows that no form of some page sent it: the
 * body is JSON, and `X-Postern-Admin: 1` goes with it. A token that stands in what is asked about does not stand in the answer.
 */
export function addExplain(app: Hono, explain: Explain): void {
  const limit = bodyLimit({
    maxSize: MAX_BYTES,
    onError: (c) => c.json({ message: "A question has at most 1 MiB." }, 413),
  });
  app.post(
    "/explain",
    async (c, next) => purposeProblem(c) ?? next(),
    limit,
    async (c) => {
      let asked: Asked;
      try {
        asked = readAsked(Buffer.from(await c.req.arrayBuffer()));
      } catch (error) {
        if (error instanceof Refusal)
          return c.json({ message: withoutTokens(`${error.detail ?? error.message}.`) }, 400);
        throw error;
      }
      const told = withoutTokens(JSON.stringify(await explain(asked), plainJson));
      return c.body(told, 200, { "content-type": "application/json" });
    },
  );
  app.all("/explain", (c) => c.json({ message: "Method not allowed." }, 405, { allow: "POST" }));
}
