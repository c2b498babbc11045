import type { ServerResponse } from "node:http";

/**
 * Breaks an answer off, so that what came does not look like all of it. Where the end of a connection is the end of the
 * answer, only a reset is not; TLS has an end of its own, which is not sent.
 */
export function cutOff(response: ServerResponse): void {
  const { socket } = response;
  if (socket !== null && !response.useChunkedEncodingByDefault && !("encrypted" in socket))
    socket.resetAndDestroy();
  response.destroy();
}
