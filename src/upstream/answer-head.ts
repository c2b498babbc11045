import type { ServerResponse } from "node:http";
import { crossToClient } from "./answer-headers.ts";
import type { Framing } from "./framing.ts";
import type { SignedRequest } from "./signed-request.ts";
import { announcedTrailers } from "./trailers.ts";

/** How an answer begins. */
export interface AnswerHead {
  readonly status: number;
  /** Header lines as they came: name, value, name, value … */
  readonly raw: readonly Buffer[];
}

/** What the head says of what follows. */
interface Following {
  /** Undefined where there is no body. */
  readonly framing: Framing | undefined;
  readonly mayHaveTrailers: boolean;
}

/** Writes the head for the client. The body is to show its end in the way in which AWS's does. */
export function writeHead(
  response: ServerResponse,
  { status, raw }: AnswerHead,
  request: SignedRequest,
  { framing, mayHaveTrailers }: Following,
): void {
  const lines = crossToClient(raw, request);
  if (framing === "chunks" && mayHaveTrailers && response.req.httpVersion === "1.1")
    lines.push(...announcedTrailers(raw));
  if (framing === "close") {
    // Chunks would state an end that nobody has seen.
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
  }
  response.writeHead(status, lines);
}
