import type { ServerResponse } from "node:http";
import type { Caller } from "../domain/caller.ts";
import type { Decision, Permit } from "../domain/decision.ts";
import type { Head } from "../domain/head.ts";
import type { Operation } from "../domain/operation.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { Outcome } from "../telemetry/outcome.ts";
import { withoutTokens } from "../telemetry/without-tokens.ts";
import { type Ending, outcomeOf, statusOf } from "./ending.ts";
import { isChange } from "./is-change.ts";
import { NO_GROUPS, resourceOf } from "./known.ts";
import type { Live } from "./live.ts";
import type { Trace } from "./trace.ts";

/** A visit, as far as its record tells of it. */
export interface Recordable extends Pick<
  Outcome,
  | "requestId"
  | "assumedRole"
  | "accessKeyId"
  | "awsRequestId"
  | "awsExtendedRequestId"
  | "handedOut"
  | "stages"
> {
  readonly head: Head;
  readonly response: ServerResponse;
  readonly live: Live | undefined;
  readonly caller: Caller | undefined;
  readonly operation: Operation | undefined;
  readonly operationName: string | undefined;
  readonly manner: object | undefined;
  readonly decision: Decision | undefined;
  readonly trace: Trace | undefined;
  readonly elapsedMs: () => number;
}

/**
 * The record of a visit that has ended. Every request makes one, so that it is written out member by member: an object put
 * together of others costs ten times as much.
 *
 * @param name the caller's keyed digest
 */
export function toOutcome(visit: Recordable, ending: Ending, name: string | undefined): Outcome {
  const { response, head, operation } = visit;
  const { upstream, trace, caller, decision, permit } = knownOf(visit);
  const { refusal, forwarded } = ending;
  return {
    requestId: visit.requestId,
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    isSampled: trace.isSampled,
    method: head.method,
    upstream: upstream.name,
    service: upstream.service,
    operation: operation === undefined ? visit.operationName : operation.name,
    resource: resourceOf(operation),
    requirements: operation === undefined ? NOTHING : operation.requirements,
    caller: name,
    callerKind: caller.kind,
    groups: caller.groups,
    subject: subjectOf(caller),
    issuer: caller.issuer,
    verdict: decision.verdict,
    rule: decision.rule,
    role: permit.role,
    recorded: permit.recorded === true,
    assumedRole: visit.assumedRole,
    accessKeyId: visit.accessKeyId,
    awsRequestId: visit.awsRequestId,
    awsExtendedRequestId: visit.awsExtendedRequestId,
    handedOut: visit.handedOut,
    isChange: ending.upgraded === true || isChange(visit),
    status: statusOf(ending, response),
    outcome: outcomeOf(ending, response),
    reason: refusal?.code,
    detail: detailOf(refusal),
    requestBytes: Number(head.headers.get("content-length") ?? 0),
    responseBytes: forwarded === undefined ? 0 : forwarded.bytes,
    durationMs: visit.elapsedMs(),
    upstreamMs: forwarded?.status === undefined ? undefined : forwarded.waitedMs,
    stages: visit.stages,
  };
}

const NOTHING: Outcome["requirements"] = [];
const NOWHERE = { name: "none", service: "none" } as const;
const NOBODY = { kind: undefined, groups: NO_GROUPS, subject: undefined, issuer: undefined } as const;
const UNDECIDED = { verdict: undefined, rule: undefined } as const;
const NO_PERMIT: Partial<Permit> = {};
const UNTRACED = {
  traceId: undefined,
  spanId: undefined,
  parentSpanId: undefined,
  isSampled: false,
} as const;

/** What is known of it, and of what is not that it is not. */
function knownOf({ live, trace, caller, decision }: Recordable) {
  return {
    upstream: live?.upstream ?? NOWHERE,
    trace: trace ?? UNTRACED,
    caller: caller ?? NOBODY,
    decision: decision ?? UNDECIDED,
    permit: decision?.verdict === "permit" ? decision : NO_PERMIT,
  };
}

/** Of users alone. */
function subjectOf({ kind, subject }: Caller | typeof NOBODY): string | undefined {
  return kind === "user" ? subject : undefined;
}

/** As the records show it: of what a client wrote in the wrong place nothing is left. */
function detailOf(refusal: Refusal | undefined): string | undefined {
  return refusal?.detail && withoutTokens(refusal.detail);
}
