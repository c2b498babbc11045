import type { ServerResponse } from "node:http";

/**
 * Breaks an answer off, so that what came does not look like all of it. To HTTP/1.0 the end of a connection is the end of
 * an answer, and only a reset is not.
 */
export function cutOff(response: ServerResponse): void {
  if (response.req.httpVersion === "1.0") response.socket?.resetAndDestroy();
  response.destroy();
}
