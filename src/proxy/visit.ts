import { createHmac, randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RefusalAnswer, RefusalView } from "../aws/service.ts";
import type { Caller } from "../domain/caller.ts";
import type { Decision } from "../domain/decision.ts";
import { type Head, readHeaders } from "../domain/head.ts";
import type { Operation } from "../domain/operation.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { Outcome, Record } from "../telemetry/outcome.ts";
import type { Forwarded } from "../upstream/signed-request.ts";
import type { Cors, Live } from "./live.ts";

/** How a visit ended. */
export interface Ending {
  readonly refusal?: Refusal | undefined;
  readonly forwarded?: Forwarded | undefined;
  /** Another protocol was taken up: the client was told `101 Switching Protocols`. */
  readonly upgraded?: true;
}

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
  readonly nameCaller: (caller: Caller) => string;
}

/**
 * Makes the namer of callers for logs, with a key of its own: lines of one run can be joined, and a known subject cannot
 * be found by trying.
 */
export function createCallerNamer(): Registrar["nameCaller"] {
  const key = randomBytes(32);
  const names = new WeakMap<Caller, string>();
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
  /** The role session of the credentials, as STS named it. */
  assumedRole: string | undefined;
  readonly #registrar: Registrar;
  readonly #startMs = performance.now();
  #invited: boolean;
  #ended = false;

  /** @param waits whether the client sent `Expect: 100-continue` and waits with its body */
  constructor(request: IncomingMessage, response: ServerResponse, registrar: Registrar, waits: boolean) {
    const headers = readHeaders(request.rawHeaders);
    const asked = headers.get("x-request-id");
    this.requestId = asked !== undefined && REQUEST_ID.test(asked) ? asked : randomUUID();
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
    return performance.now() - this.#startMs;
  }

  /** What the records of this request say of what it asked and of who asked. */
  known() {
    return { requestId: this.requestId, ...askedOf(this), ...decidedOf(this, this.#registrar.nameCaller) };
  }

  /** Records the outcome; only the first end counts. */
  end(ending: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#registrar.record(toOutcome(this, ending));
  }
}

function toOutcome(visit: Visit, ending: Ending): Outcome {
  const { response, head } = visit;
  const { refusal, forwarded } = ending;
  return {
    ...visit.known(),
    method: head.method,
    status: statusOf(ending, response),
    outcome: outcomeOf(ending, response),
    reason: refusal?.code,
    detail: refusal?.detail,
    requestBytes: Number(head.headers.get("content-length") ?? 0),
    responseBytes: forwarded?.bytes ?? 0,
    durationMs: visit.elapsedMs(),
    upstreamMs: forwarded?.status === undefined ? undefined : forwarded.waitedMs,
  };
}

/** What nginx logs where the client left before there was a status. */
const CLIENT_LEFT = 499;
const SWITCHING_PROTOCOLS = 101;

function statusOf({ upgraded }: Ending, response: ServerResponse): number {
  if (upgraded === true) return SWITCHING_PROTOCOLS;
  return response.headersSent ? response.statusCode : CLIENT_LEFT;
}

function askedOf({ live, operation, operationName }: Visit) {
  return {
    upstream: live === undefined ? "none" : live.upstream.name,
    service: live === undefined ? "none" : live.upstream.service,
    operation: operation === undefined ? operationName : operation.name,
    resource: operation?.requirements[0]?.resource,
    requirements: operation?.requirements ?? [],
  };
}

function decidedOf({ caller, decision, assumedRole }: Visit, nameCaller: Registrar["nameCaller"]) {
  return {
    caller: caller === undefined ? undefined : nameCaller(caller),
    callerKind: caller?.kind,
    groups: caller === undefined ? [] : caller.groups,
    subject: caller?.kind === "user" ? caller.subject : undefined,
    issuer: caller?.issuer,
    verdict: decision?.verdict,
    rule: decision?.rule,
    role: decision?.verdict === "permit" ? decision.role : undefined,
    assumedRole,
  };
}

function outcomeOf({ refusal, forwarded, upgraded }: Ending, response: ServerResponse): Outcome["outcome"] {
  if (upgraded === true) return "ok";
  if (refusal !== undefined) return "refused";
  if (forwarded?.broken === "upstream") return "upstream-broken";
  return forwarded?.broken === "client" || !response.headersSent ? "client-gone" : "ok";
}
