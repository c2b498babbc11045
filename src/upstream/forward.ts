import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { type Dispatcher, Pool } from "undici";
import { Refusal, type RefusalCode } from "../domain/refusal.ts";
import { cutOff } from "./cut-off.ts";
import { crossToClient } from "./headers.ts";
import { drainRest, standInFor } from "./upload.ts";

/** A signed request, ready for the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: string[];
  readonly body: Buffer | Readable | null;
  /** Headers of Postern's own for the answer: name, value … */
  readonly answerHeaders: readonly string[];
}

/** How a forwarded request ended. */
export interface Forwarded {
  /** Status that AWS answered; undefined where it did not. */
  readonly status: number | undefined;
  /** Of the answer's body. */
  readonly bytes: number;
  /** Until the first byte of the answer. */
  readonly waitedMs: number;
  /**
   * What went wrong after the answer had begun: the client left, or AWS broke off. Either way the client does not see
   * a whole answer.
   */
  readonly broken: "client" | "upstream" | undefined;
}

/** Told once, of an end or of the refusal to answer with. Must not throw: there is nobody left to catch it. */
export type OnForwarded = (end: Forwarded | Refusal) => void;

/** Sends requests to one origin and streams the answers back. */
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
 * Makes the forwarder of an origin: one connection pool, one request at a time on a connection, since an answer that
 * hangs must not hold up another caller's. Redirects are not followed.
 */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const pool = new Pool(options.origin, {
    connections: options.connections ?? 256,
    pipelining: 1,
    maxHeaderSize: options.maxHeaderBytes ?? 64 * 1024,
    headersTimeout: options.headersMs ?? 60_000,
    bodyTimeout: options.bodyIdleMs ?? 60_000,
    connect: { timeout: options.connectMs ?? 5000 },
  });
  return {
    forward: (request, response, done) => {
      const body = request.body === response.req ? standInFor(response.req) : request.body;
      const answer = new Answer({ ...request, body }, response, done);
      // A client that left while credentials were got: its response has closed already and tells no more of it.
      if (response.destroyed) return answer.onClientClose();
      response.once("close", answer.onClientClose);
      const { method, path, headers } = request;
      pool.dispatch({ method, path, headers, body }, answer);
    },
    close: () => pool.destroy(),
  };
}

/** Statuses that have no body, whatever length they state (RFC 9110 section 6.4.1). */
function isBodiless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

/** One answer on its way back: undici's handler, which hands over raw header lines and stops reading when told to. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #request: SignedRequest;
  readonly #response: ServerResponse;
  readonly #done: OnForwarded;
  readonly #startMs = performance.now();
  #abort: ((error?: Error) => void) | undefined;
  #resume: () => void = () => {};
  #status: number | undefined;
  #bytes = 0;
  #waitedMs = 0;
  #ended = false;

  constructor(request: SignedRequest, response: ServerResponse, done: OnForwarded) {
    this.#request = request;
    this.#response = response;
    this.#done = done;
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#ended) abort();
    else this.#abort = abort;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    if (status < 200) return true;
    this.#waitedMs = performance.now() - this.#startMs;
    this.#response.writeHead(status, crossToClient(raw, this.#request.answerHeaders));
    this.#status = status;
    this.#resume = resume;
    // undici 7.30 takes the Content-Length of a 304 for a promise of bytes, so such an answer is over here.
    if (isBodiless(this.#request.method, status)) this.#finish();
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#response.write(chunk)) return true;
    this.#response.once("drain", this.#resume);
    return false;
  }

  onComplete(): void {
    this.#finish();
  }

  onError(error: Error): void {
    if (this.#ended) return;
    if (this.#status === undefined) {
      this.#end(refusalOf(error));
    } else {
      cutOff(this.#response);
      this.#end(this.#forwarded("upstream"));
    }
  }

  readonly onClientClose = (): void => {
    if (this.#ended) return;
    this.#end(this.#forwarded("client"));
    this.#abort?.(new Error("the client left"));
  };

  #finish(): void {
    if (this.#ended) return;
    this.#response.end();
    this.#end(this.#forwarded(undefined));
  }

  #forwarded(broken: Forwarded["broken"]): Forwarded {
    return { status: this.#status, bytes: this.#bytes, waitedMs: this.#waitedMs, broken };
  }

  #end(end: Forwarded | Refusal): void {
    const { body } = this.#request;
    this.#ended = true;
    this.#response.off("close", this.onClientClose);
    // An answer may come before the body was read: what is left of it then goes nowhere, but it has to come off the
    // connection, or the client's next request would never be read.
    if (body instanceof Readable) {
      body.destroy();
      drainRest(this.#response.req);
    }
    this.#done(end);
  }
}

/** Codes that the body's own faults have, and what undici calls a body of another length than was stated. */
const BODY_FAULTS: ReadonlyMap<unknown, RefusalCode> = new Map([
  ["payload-mismatch", "payload-mismatch"],
  ["body-malformed", "body-malformed"],
  ["UND_ERR_REQ_CONTENT_LENGTH_MISMATCH", "payload-mismatch"],
]);

/** What undici calls a request that it will not write: nothing that a client sends should get this far. */
const UNWRITABLE: ReadonlySet<unknown> = new Set(["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED"]);

/** The body's own faults come through as they are; the rest is the upstream's. */
function refusalOf(error: Error): Refusal {
  if (error instanceof Refusal) return error;
  const code = "code" in error ? error.code : undefined;
  const fault = BODY_FAULTS.get(code);
  if (fault !== undefined) return new Refusal(fault, { cause: error, detail: error.message });
  if (UNWRITABLE.has(code)) return new Refusal("internal", { cause: error, detail: error.message });
  const kind = code === "UND_ERR_HEADERS_TIMEOUT" ? "upstream-timeout" : "upstream-unreachable";
  return new Refusal(kind, { cause: error, detail: typeof code === "string" ? code : error.message });
}
