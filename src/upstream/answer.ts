import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { cutOff } from "./cut-off.ts";
import { crossToClient } from "./headers.ts";
import { HeldAnswer } from "./held-answer.ts";
import { refusalOf } from "./refusal-of.ts";
import type { Forwarded, OnForwarded, SignedRequest } from "./signed-request.ts";
import { drainRest } from "./upload.ts";

/** Statuses that have no body, whatever length they state (RFC 9110 section 6.4.1). */
function isBodiless(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

/** Where AWS tells what is wrong with a signature, or that a bucket is elsewhere. */
function mayBeFault(status: number): boolean {
  return status === 400 || status === 403 || (status >= 300 && status < 400 && status !== 304);
}

/** One answer on its way back: undici's handler, which hands over raw header lines and stops reading when told to. */
export class Answer implements Dispatcher.DispatchHandler {
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
  #held: HeldAnswer | undefined;

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
    this.#status = status;
    this.#resume = resume;
    if (this.#request.withhold !== undefined && mayBeFault(status)) {
      this.#held = new HeldAnswer(this.#request.method, status, raw);
      return true;
    }
    this.#response.writeHead(status, this.#headers(raw));
    // undici 7.30 takes the Content-Length of a 304 for a promise of bytes, so such an answer is over here.
    if (isBodiless(this.#request.method, status)) this.#finish();
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#held?.add(chunk) === true) return true;
    if (this.#held === undefined) this.#bytes += chunk.length;
    if (this.#held === undefined ? this.#response.write(chunk) : this.#release(this.#held)) return true;
    this.#response.once("drain", this.#resume);
    return false;
  }

  onComplete(): void {
    if (this.#held !== undefined && !this.#ended) {
      if (this.#request.withhold?.(this.#held.read()) === true) return this.#end("withheld");
      this.#release(this.#held);
    }
    this.#finish();
  }

  onError(error: Error): void {
    if (this.#ended) return;
    if (this.#status === undefined || this.#held !== undefined) {
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

  #headers(raw: readonly Buffer[]): string[] {
    return crossToClient(raw, this.#request.answerHeaders, this.#request.replacedHeaders);
  }

  /** Lets go of what was held; from then on the answer streams like any other. */
  #release(held: HeldAnswer): boolean {
    const { bytes, flowing } = held.release(this.#response, this.#headers(held.raw));
    this.#bytes = bytes;
    this.#held = undefined;
    return flowing;
  }

  #finish(): void {
    if (this.#ended) return;
    this.#response.end();
    this.#end(this.#forwarded(undefined));
  }

  #forwarded(broken: Forwarded["broken"]): Forwarded {
    return { status: this.#status, bytes: this.#bytes, waitedMs: this.#waitedMs, broken };
  }

  #end(end: Parameters<OnForwarded>[0]): void {
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
