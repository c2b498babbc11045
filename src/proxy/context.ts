import type { IncomingMessage } from "node:http";
import type { Clock } from "../domain/clock.ts";
import type { RequestContext } from "../domain/request-context.ts";

/** An IPv4 peer of a socket that listens for IPv6 as well (RFC 4291 section 2.5.5.2). */
const MAPPED = "::ffff:";

/**
 * What policy knows of a request besides its caller and its operation. The address is that of the socket's peer: what a
 * header says of it is anybody's word.
 */
export function contextOf({ socket }: Pick<IncomingMessage, "socket">, now: Clock): RequestContext {
  const { remoteAddress } = socket;
  const sourceIp =
    remoteAddress?.startsWith(MAPPED) === true && remoteAddress.includes(".")
      ? remoteAddress.slice(MAPPED.length)
      : remoteAddress;
  return { sourceIp, nowMs: now() };
}
