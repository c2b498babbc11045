import { buildConnector } from "undici";
import { dropContinues } from "./interim-answers.ts";

/**
 * Makes what opens connections to an upstream.
 *
 * To undici an answer that has neither length nor chunks is whole when its connection is reset, since some systems reset
 * one that was closed in good order. Nobody could tell half of an object from all of it then, so a reset gets another
 * name before undici looks at it.
 *
 * Over TLS the host that was dialled proves itself, whatever `Host` says: undici would ask for the latter, which is another
 * one where one endpoint stands in for many.
 *
 * @param timeout in milliseconds
 */
export function createConnector(timeout: number): buildConnector.connector {
  const connect = buildConnector({ timeout });
  return (options, callback) => {
    connect({ ...options, servername: "" }, (...opened) => {
      if (opened[0] === null) dropContinues(opened[1].on("error", rename));
      callback(...opened);
    });
  };
}

function rename(error: NodeJS.ErrnoException): void {
  if (error.code === "ECONNRESET") error.code = "UPSTREAM_RESET";
}
