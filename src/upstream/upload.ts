import type { IncomingMessage } from "node:http";
import { type Duplex, PassThrough, type Readable } from "node:stream";

/**
 * Stands in for a client's request as the body that goes upstream. An HTTP client destroys the body that it could not
 * send to its end, and a request that is destroyed takes the connection along on which it is still to be answered.
 */
export function standInFor(request: IncomingMessage): Readable {
  return pipeBody(request, new PassThrough());
}

/** Sends a client's body through a stream; `pipe` alone would make a client that leaves look like the end of its body. */
export function pipeBody(request: IncomingMessage, body: Duplex): Duplex {
  request.once("error", (error) => body.destroy(error));
  // Whoever sends the body listens to it, but only from then on; unheard, its fault would end the process.
  body.on("error", () => {});
  return request.pipe(body);
}

/** What is left of a body is read for so long and no longer: a client that goes on is cut off. */
const DRAIN_BYTES = 64 * 1024 * 1024;
const DRAIN_MS = 10_000;

/**
 * Reads what is left of a request that has been answered, and throws it away. Nothing else serves both ends: a
 * connection that is closed on a client still sending may lose it the answer, and one that is not read stalls.
 */
export function drainRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let left = DRAIN_BYTES;
  const stop = (): void => {
    request.destroy();
  };
  const timer = setTimeout(stop, DRAIN_MS).unref();
  request.once("close", () => clearTimeout(timer));
  request.on("error", () => {});
  request.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) stop();
  });
  request.unpipe().resume();
}
