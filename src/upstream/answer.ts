import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Refusal } from "../domain/refusal.ts";
import { type AnswerHead, writeHead } from "./answer-head.ts";
import { awsIdsIn, NO_IDS } from "./aws-ids.ts";
import { cutOff } from "./cut-off.ts";
import { type Framing, framingOf, isBodiless } from "./framing.ts";
import { HeldAnswer, mayBeFault } from "./held-answer.ts";
import { refusalOf } from "./refusal-of.ts";
import type { AwsIds, Forwarded, OnForwarded, SignedRequest } from "./signed-request.ts";
import { type RawPart, trailersToClient } from "./trailers.ts";
import { guardOf, type TokenGuard } from "./token-guard.ts";
import { drainRest } from "./upload.ts";
import { repeatsToken, unknownCoding, verdictOn, verdictOnHead } from "./verdict.ts";

/** One answer on its way back: undici's handler, which hands over raw header lines and stops reading when told to. */
export class Answer implements Dispatcher.DispatchHandler {
  readonly #request: SignedRequest;
  readonly #response: ServerResponse;
  readonly #done: OnForwarded;
  readonly #startMs = performance.now();
  #abort: ((error?: Error) => void) | undefined;
  #resume: () => void = () => {};
  #status: number | undefined;
  /** Undefined where the answer has no body. */
  #framing: Framing | undefined;
  #bytes = 0;
  #headMs: number | undefined;
  #ids: AwsIds = NO_IDS;
  #ended = false;
  #held: HeldAnswer | undefined;
  /** The head, as long as the client has not got it. */
  #unsent: AnswerHead | undefined;
  /** Undefined where the answer is not looked at. */
  #guard: TokenGuard | undefined;

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
    this.#headMs = performance.now();
    this.#ids = awsIdsIn(raw);
    this.#status = status;
    this.#resume = resume;
    if (!isBodiless(this.#request.method, status)) this.#framing = framingOf(raw);
    if (this.#framing === "unknown") return this.#breakOff(unknownCoding());
    const { method, withhold } = this.#request;
    const isHeld = withhold !== undefined && mayBeFault(status);
    this.#guard = guardOf(this.#request, isHeld);
    if (isHeld) {
      this.#held = new HeldAnswer(method, status, raw);
      return true;
    }
    const end = verdictOnHead(raw, this.#guard, this.#framing !== undefined);
    return end === undefined ? this.#start({ status, raw }) : this.#breakOff(end);
  }

  #start(head: AnswerHead): true {
    this.#unsent = head;
    // undici 7.30 takes the Content-Length of a 304 for a promise of bytes, so such an answer is over here.
    if (this.#framing === undefined) this.#finish();
    // Node sends no head before its body. Where the body may still turn out to be none for the client, it can be refused.
    else if (this.#guard === undefined) this.#begin();
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#held?.add(chunk) === true) return true;
    if (this.#held !== undefined) return this.#overflow(this.#held);
    if (this.#guard === undefined) return this.#flow(this.#write(chunk));
    const passing = this.#guard.pass(chunk);
    return passing === undefined ? this.#cutShort() : this.#flow(this.#write(passing));
  }

  onComplete(trailers: readonly RawPart[] | null): void {
    if (this.#ended) return;
    if (this.#held !== undefined) {
      const end = verdictOn(this.#held, this.#held.read(), this.#request.withhold, this.#guard);
      if (end !== undefined) return this.#end(end);
      this.#release(this.#held, this.#held.chunks);
    } else if (this.#guard !== undefined) this.#write(this.#guard.rest());
    // In an answer of another form there is no place for them, and nobody looked at those of an error.
    if (
      trailers !== null &&
      trailers.length > 0 &&
      this.#response.chunkedEncoding &&
      this.#guard === undefined
    )
      this.#response.addTrailers(trailersToClient(trailers));
    this.#finish();
  }

  onError(error: Error): void {
    if (this.#ended) return;
    if (!this.#response.headersSent) {
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

  /** Whether more may come; where not, the client says when. */
  #flow(flowing: boolean): boolean {
    if (!flowing) this.#response.once("drain", this.#resume);
    return flowing;
  }

  #begin(): void {
    if (this.#unsent === undefined) return;
    const head = this.#unsent;
    this.#unsent = undefined;
    // Nobody looks at the trailers of an answer that is looked at.
    const mayHaveTrailers = this.#guard === undefined;
    writeHead(this.#response, head, this.#request, { framing: this.#framing, mayHaveTrailers });
  }

  #write(chunk: Buffer): boolean {
    if (chunk.length === 0) return true;
    this.#begin();
    this.#bytes += chunk.length;
    return this.#response.write(chunk);
  }

  /** What is too large to be kept back goes its way if its beginning shows that it may, and no other. */
  #overflow(held: HeldAnswer): boolean {
    const end = verdictOn(held, held.glimpse(), this.#request.withhold, this.#guard);
    if (end !== undefined) return this.#breakOff(end);
    const passing = this.#guard?.pass(Buffer.concat(held.chunks));
    return this.#flow(this.#release(held, passing === undefined ? held.chunks : [passing]));
  }

  /** Reads no more of an answer of which the client sees nothing. */
  #breakOff(end: Refusal | "withheld"): true {
    this.#end(end);
    this.#abort?.();
    return true;
  }

  /** Reads no more of an answer that repeats the token; the client may have seen a part of it. */
  #cutShort(): true {
    if (this.#unsent !== undefined) return this.#breakOff(repeatsToken());
    cutOff(this.#response);
    this.#end(this.#forwarded("upstream"));
    this.#abort?.();
    return true;
  }

  /** Lets go of what was held; from then on the answer streams like any other. */
  #release(held: HeldAnswer, chunks: readonly Buffer[]): boolean {
    this.#held = undefined;
    this.#unsent = held;
    this.#begin();
    return chunks.reduce((_, chunk) => this.#write(chunk), true);
  }

  #finish(): void {
    if (this.#ended) return;
    this.#begin();
    this.#response.end();
    this.#end(this.#forwarded(undefined));
  }

  #forwarded(broken: Forwarded["broken"]): Forwarded {
    const headMs = this.#headMs;
    const waitedMs = (headMs ?? this.#startMs) - this.#startMs;
    return { status: this.#status, bytes: this.#bytes, waitedMs, headMs, broken };
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
    this.#done(end, this.#ids);
  }
}
