import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { type Headers, readHeaders } from "../../src/domain/head.ts";

/** A request as it came to a server of this process. */
export interface Arrival {
  readonly method: string;
  /** The raw target. */
  readonly target: string;
  readonly headers: Headers;
}

/** What came to the servers of this process, by their port. */
export interface Arrivals {
  /** Of requests to this port since the last call of `forget`, in order. */
  readonly at: (port: number) => readonly Arrival[];
  readonly forget: () => void;
  readonly stop: () => void;
}

const CHANNEL = "http.server.request.start";

/** Listens to Node's own announcement of requests, so that nothing stands between a client and the server. */
export function recordArrivals(): Arrivals {
  const byPort = new Map<number, Arrival[]>();
  const note = (message: unknown): void => {
    const { request } = message as { readonly request: IncomingMessage };
    const { method = "", url: target = "", rawHeaders, socket } = request;
    const port = socket.localPort ?? 0;
    const arrival = { method, target, headers: readHeaders(rawHeaders) };
    byPort.set(port, [...(byPort.get(port) ?? []), arrival]);
  };
  subscribe(CHANNEL, note);
  return {
    at: (port) => byPort.get(port) ?? [],
    forget: () => byPort.clear(),
    stop: () => void unsubscribe(CHANNEL, note),
  };
}
