import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Context } from "hono";
import type { Audience } from "./audience.ts";

/** What a reader may be behind; past it nobody reads there. A first sheet holds a whole configuration, of a MiB at most. */
const MAX_BEHIND_BYTES = 4 * 1024 * 1024;

/** How soon a browser comes back when the stream has ended. */
const RETRY_MS = 2000;

/** The node server's own, where there is one. */
interface Node {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Connections that have a stream. */
const streaming = new WeakSet<Socket>();

/**
 * Server-sent events (HTML standard, section 9.2): each is what has changed, as JSON; the first is all there is. A connection
 * has one stream at most: a second would stand behind the first, which does not end.
 */
export function streamTo(c: Context, audience: Audience): Response {
  const node = c.env as Partial<Node> | undefined;
  const socket = node?.incoming?.socket;
  if (socket !== undefined && (socket.destroyed || streaming.has(socket)))
    return c.json({ message: "A connection has one stream." }, 409);
  const stream = streamOf(audience, socket, () => node?.outgoing?.destroy());
  return c.body(stream, 200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
}

/** @param hangUp ends the connection of who does not read: a response that nobody reads ends with its connection alone */
function streamOf(audience: Audience, socket: Socket | undefined, hangUp: () => void): ReadableStream {
  let leave: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const send = (text: string): void => {
          if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(Buffer.from(text));
          leave?.();
          controller.error(new Error("the reader does not read"));
          hangUp();
        };
        send(`retry: ${RETRY_MS}\n\n`);
        const rise = audience.join({
          tell: (news) => send(`data: ${JSON.stringify(news)}\n\n`),
          end: () => {
            leave?.();
            controller.close();
          },
        });
        leave = socket === undefined ? rise : whileOpen(socket, rise);
      },
      cancel: () => leave?.(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_BEHIND_BYTES }),
  );
}

/**
 * Says of a connection that it has a stream, until it closes or the stream is left: nobody tells a response that waits for
 * the one before it that its connection is gone.
 *
 * @returns what leaves
 */
function whileOpen(socket: Socket, rise: () => void): () => void {
  const leave = (): void => {
    socket.off("close", leave);
    streaming.delete(socket);
    rise();
  };
  streaming.add(socket);
  socket.once("close", leave);
  return leave;
}
