import { IncomingMessage } from "node:http";

/**
 * A request that is an upgrade only where it asks for WebSocket as RFC 6455 section 4.1 has it.
 *
 * Node asks each request whether it is one, and takes the connection away from HTTP where it is. Of every other offer, such
 * as that of HTTP/2 which some clients make with each first request, nothing is heard (RFC 9110 section 7.8): the request
 * itself is answered, or refused at the door.
 */
export class UpgradeRequest extends IncomingMessage {
  // The parent's constructor assigns `upgrade` before this class has fields of its own.
  declare offersUpgrade: boolean | null;

  get upgrade(): boolean {
    return this.offersUpgrade === true && (this.method === "CONNECT" || isWebSocketOffer(this));
  }

  set upgrade(offers: boolean | null) {
    this.offersUpgrade = offers;
  }
}

function isWebSocketOffer({ method, httpVersion, headers }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    httpVersion === "1.1" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    headers["transfer-encoding"] === undefined &&
    (headers["content-length"] ?? "0") === "0"
  );
}
