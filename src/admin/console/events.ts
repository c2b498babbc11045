import type { ServerResponse } from "node:http";
import type { Context } from "hono";
import type { Audience } from "./audience.ts";

/** What a reader may be behind; past it nobody reads there. */
const MAX_BEHIND_BYTES = 512 * 1024;

/** How soon a browser comes back when the stream has ended. */
const RETRY_MS = 2000;

/** Server-sent events (HTML standard, section 9.2): each is what has changed, as JSON; the first is all there is. */
export function streamTo(c: Context, audience: Audience): Response {
  // The node server's own, where there is one: a response that nobody reads ends with its connection alone.
  const node = c.env as { readonly outgoing?: ServerResponse } | undefined;
  let leave: (() => void) | undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const send = (text: string): void => {
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(Buffer.from(text));
          leave?.();
          controller.error(new Error("the reader does not read"));
          node?.outgoing?.destroy();
        };
        send(`retry: ${RETRY_MS}\n\n`);
        leave = audience.join({
          tell: (news) => send(`data: ${JSON.stringify(news)}\n\n`),
          end: () => controller.close(),
        });
      },
      cancel: () => leave?.(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_BEHIND_BYTES }),
  );
  return c.body(stream, 200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
}
