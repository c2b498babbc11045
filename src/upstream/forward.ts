import type { ServerResponse } from "node:http";
import { Answer } from "./answer.ts";
import { createConnector } from "./connect.ts";
import { createPools } from "./pools.ts";
import type { OnForwarded, SignedRequest } from "./signed-request.ts";
import { standInFor } from "./upload.ts";

/** Sends requests to one origin, or to a host that a prefix makes of it, and streams the answers back. */
export interface Forwarder {
  readonly forward: (request: SignedRequest, response: ServerResponse, done: OnForwarded) => void;
  readonly close: () => Promise<void>;
}

/** What {@link createForwarder} needs. */
export interface ForwarderOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** For connecting. Default 5 s. */
  readonly connectMs?: number;
  /** From the last byte sent to the first received. Default 60 s. */
  readonly headersMs?: number;
  /** Between two bytes of an answer. Default 60 s. */
  readonly bodyIdleMs?: number;
  /** Default 256. */
  readonly connections?: number;
  /** Of an answer's headers. Default 64 KiB. */
  readonly maxHeaderBytes?: number;
}

/**
 * Makes the forwarder of an origin: one connection pool for each host, one request at a time on a connection, since an answer that
 * hangs must not hold up another caller's. Redirects are not followed.
 */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const pools = createPools(options.origin, {
    connections: options.connections ?? 256,
    pipelining: 1,
    maxHeaderSize: options.maxHeaderBytes ?? 64 * 1024,
    headersTimeout: options.headersMs ?? 60_000,
    bodyTimeout: options.bodyIdleMs ?? 60_000,
    connect: createConnector(options.connectMs ?? 5000),
  });
  return {
    forward: (request, response, done) => {
      const body = request.body === response.req ? standInFor(response.req) : request.body;
      const answer = new Answer({ ...request, body }, response, done);
      // A client that left while credentials were got: its response has closed already and tells no more of it.
      if (response.destroyed) return answer.onClientClose();
      response.once("close", answer.onClientClose);
      const { method, path, headers, hostPrefix = "" } = request;
      pools.of(hostPrefix).dispatch({ method, path, headers, body }, answer);
    },
    close: pools.close,
  };
}
