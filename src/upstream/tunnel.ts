import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { TunnelEnd } from "../domain/tunnel-end.ts";

/** A client that asked for an upgrade to WebSocket, and was not answered yet. */
export interface UpgradeClient {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the head of the request. */
  readonly head: Buffer;
  /** Is assigned to the socket: for every answer but `101 Switching Protocols`. */
  readonly response: ServerResponse;
}

/** A WebSocket connection through Postern. */
export interface Tunnel {
  /** Tells both sides that it is over, in their protocol, and cuts what has not closed two seconds later. Only the first end counts. */
  readonly end: (why: TunnelEnd) => void;
}

/** How a tunnel ended. */
export interface TunnelReport {
  readonly why: TunnelEnd;
  /** Of the WebSocket close that the client was told, or told; undefined where there was none. */
  readonly code: number | undefined;
  /** For the log. */
  readonly detail: string | undefined;
  /** From the client and to it, without what Postern itself said. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** Told once, when both connections are closed. */
export type OnTunnelEnd = (report: TunnelReport) => void;
