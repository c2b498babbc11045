import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Refusal, REFUSALS, type RefusalCode } from "../domain/refusal.ts";
import { handle, type Pipeline } from "./handle.ts";
import { refuse } from "./respond.ts";
import { RESERVED } from "./self-service.ts";
import { type Registrar, Visit } from "./visit.ts";

/** What the data face needs. */
export interface ListenerOptions extends Registrar {
  readonly pipeline: () => Pipeline;
  readonly selfService: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** Requests at once; one more is told to come back. */
  readonly maxInFlight: number;
  /** Of a request's head, in bytes: tokens with many groups are long. */
  readonly maxHeaderBytes: number;
  /** For the whole head of a request. */
  readonly headersMs: number;
  /** Between two bytes either way, while a request is under way. */
  readonly idleMs: number;
  /** Between two requests on a connection. */
  readonly keepAliveMs: number;
}

/** The data face. */
export interface Listener {
  readonly server: Server;
  readonly inFlight: () => number;
}

/**
 * Makes the data face on node:http, where the target arrives byte for byte. A request whose raw target begins with the
 * reserved prefix goes to Postern's own pages, in whatever form it comes; every other one goes through the pipeline.
 */
export function createListener(options: ListenerOptions): Listener {
  let inFlight = 0;
  const leave = (): void => {
    inFlight--;
  };
  const accept = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    inFlight++;
    response.once("close", leave);
    if (request.url?.startsWith(RESERVED) === true) {
      if (expectsContinue) response.writeContinue();
      void options.selfService(request, response);
      return;
    }
    const visit = new Visit(request, response, options, expectsContinue);
    if (inFlight <= options.maxInFlight) handle(options.pipeline(), visit);
    else {
      const refusal = new Refusal("overloaded");
      refuse(visit, refusal);
      visit.end({ refusal });
    }
  };
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout: options.headersMs,
    keepAliveTimeout: options.keepAliveMs,
    // A limit on a whole request would end an upload that is making progress; the idle limit below does not.
    requestTimeout: 0,
    insecureHTTPParser: false,
  });
  server.timeout = options.idleMs;
  server.on("request", (request, response) => accept(request, response, false));
  server.on("checkContinue", (request, response) => accept(request, response, true));
  server.on("upgrade", (_request, socket) => answerRaw(socket, "method-not-allowed"));
  server.on("connect", (_request, socket) => answerRaw(socket, "method-not-allowed"));
  server.on("clientError", (error, socket) => {
    const code = "code" in error ? error.code : undefined;
    if (code === "ECONNRESET" || !socket.writable) socket.destroy();
    else answerRaw(socket, "target-malformed", code === "HPE_HEADER_OVERFLOW" ? 431 : undefined);
  });
  return { server, inFlight: () => inFlight };
}

/** Answers where Node has made no response object: what came is not HTTP that it reads, or wants another protocol. */
function answerRaw(socket: Duplex, code: RefusalCode, status: number = REFUSALS[code].status): void {
  const body = JSON.stringify({ reason: code, message: REFUSALS[code].sentence });
  socket.on("error", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `x-postern-reason: ${code}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
  );
}
