import { createHmac, randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RefusalAnswer, RefusalView } from "../aws/service.ts";
import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { Decision } from "../domain/decision.ts";
import { type Head, readHeaders } from "../domain/head.ts";
import type { Operation } from "../domain/operation.ts";
import type { HandedOut, Record } from "../telemetry/outcome.ts";
import type { AwsIds } from "../upstream/signed-request.ts";
import type { Ending } from "./ending.ts";
import { askedOf, decidedOf } from "./known.ts";
import type { Cors, Live } from "./live.ts";
import { StageClock } from "./stage-clock.ts";
import type { Places } from "./shares.ts";
import { toOutcome } from "./to-outcome.ts";
import type { Trace, Tracer } from "./trace.ts";

/** How a page of Postern's own answers, in place of the upstream that it may be about. */
export interface Manner {
  readonly word: (view: RefusalView) => RefusalAnswer;
  /** Undefined where no page of another origin may call it. */
  readonly cors: Cors | undefined;
}

/** Where a visit is recorded. */
export interface Registrar {
  readonly record: Record;
  /** Keyed digest of a caller for logs: a known subject must not be found by trying. */
  readonly nameCaller: (caller: Pick<Caller, "digest">) => string;
  /** Finds the place of a request in a trace. Default: it has none. */
  readonly traceOf?: Tracer | undefined;
}

/**
 * Makes the namer of callers for logs, with a key of its own: lines of one run can be joined, and a known subject cannot
 * be found by trying.
 */
export function createCallerNamer(): Registrar["nameCaller"] {
  const key = randomBytes(32);
  const names = new WeakMap<Pick<Caller, "digest">, string>();
  return (caller) => {
    const known = names.get(caller);
    if (known !== undefined) return known;
    const name = createHmac("sha256", key).update(caller.digest).digest("base64url").slice(0, 16);
    names.set(caller, name);
    return name;
  };
}

const REQUEST_ID = /^[A-Za-z0-9-]{8,64}$/;

/**
 * One request on its way through: what is known of it so far, and the one place where its Outcome is recorded. A class,
 * so that a request makes no closures of its own.
 */
export class Visit {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Another one than came where a token was moved in it. */
  head: Head;
  live: Live | undefined;
  /** Of a page of Postern's own. */
  manner: Manner | undefined;
  caller: Caller | undefined;
  /** The API operation as far as the head tells it. */
  operationName: string | undefined;
  operation: Operation | undefined;
  decision: Decision | undefined;
  /** Whether it has gone upstream. */
  isSent = false;
  /** Among the requests of its caller, and by its rule; undefined where none was taken. */
  places: Places | undefined;
  /** The role session of the credentials, as STS named it. */
  assumedRole: string | undefined;
  accessKeyId: string | undefined;
  /** What AWS called the request that was sent last. */
  awsRequestId: string | undefined;
  awsExtendedRequestId: string | undefined;
  handedOut: HandedOut | undefined;
  /** Its place in a trace; undefined where it has none. */
  readonly trace: Trace | undefined;
  /** Where it is, and was for how long. */
  readonly stages = new StageClock();
  readonly #registrar: Registrar;
  #invited: boolean;
  #ended = false;

  /** @param waits whether the client sent `Expect: 100-continue` and waits with its body */
  constructor(request: IncomingMessage, response: ServerResponse, registrar: Registrar, waits: boolean) {
    const headers = readHeaders(request.rawHeaders);
    const asked = headers.get("x-request-id");
    this.requestId = asked !== undefined && REQUEST_ID.test(asked) ? asked : randomUUID();
    this.trace = registrar.traceOf?.(headers, this.requestId);
    this.request = request;
    this.response = response;
    this.head = { method: request.method ?? "", target: request.url ?? "", headers };
    this.#registrar = registrar;
    this.#invited = !waits;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Whether the client sends its body, or has none; false while it waits to be told. */
  get isInvited(): boolean {
    return this.#invited;
  }

  /**
   * Tells a client that waits with its body to send it; does nothing for others, nor where an earlier answer of the
   * connection is still under way: Node would put the words into the midst of this one. No client waits for ever (RFC
   * 9110 section 10.1.1).
   */
  invite(): void {
    if (!this.#invited && this.response.socket !== null) this.response.writeContinue();
    this.#invited = true;
  }

  /** Since the request's head was there. */
  elapsedMs(): number {
    return this.stages.elapsedMs();
  }

  /** Takes note of the credentials that are used, as far as they are no secret. */
  use({ accessKeyId, assumedRoleArn }: Credentials): void {
    this.accessKeyId = accessKeyId;
    this.assumedRole = assumedRoleArn;
  }

  /** Takes note of what AWS called the request that was sent. */
  wasCalled({ requestId, extendedRequestId }: AwsIds): void {
    this.awsRequestId = requestId;
    this.awsExtendedRequestId = extendedRequestId;
  }

  /** What the records of this request say of what it asked and of who asked. */
  known() {
    const { requestId, trace } = this;
    return {
      requestId,
      traceId: trace?.traceId,
      spanId: trace?.spanId,
      ...askedOf(this),
      ...decidedOf(this, this.#registrar.nameCaller),
    };
  }

  /** Records the outcome; only the first end counts. */
  end(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    const headMs = ending.forwarded?.headMs;
    if (headMs !== undefined) this.stages.enter("answer", headMs);
    this.stages.stop();
    const { record, nameCaller } = this.#registrar;
    record(toOutcome(this, ending, this.caller && nameCaller(this.caller)));
    this.places?.leave();
  }
}
