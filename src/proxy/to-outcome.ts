import type { ServerResponse } from "node:http";
import type { Caller } from "../domain/caller.ts";
import type { Decision } from "../domain/decision.ts";
import type { Head } from "../domain/head.ts";
import type { Operation } from "../domain/operation.ts";
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
  const { response, head, live, operation, caller, decision, trace } = visit;
  const { refusal, forwarded } = ending;
  const permit = decision?.verdict === "permit" ? decision : undefined;
  return {
    requestId: visit.requestId,
    traceId: trace?.traceId,
    spanId: trace?.spanId,
    parentSpanId: trace?.parentSpanId,
    isSampled: trace?.isSampled === true,
    method: head.method,
    upstream: live === undefined ? "none" : live.upstream.name,
    service: live === undefined ? "none" : live.upstream.service,
    operation: operation === undefined ? visit.operationName : operation.name,
    resource: resourceOf(operation),
    requirements: operation?.requirements ?? NOTHING,
    caller: name,
    callerKind: caller?.kind,
    groups: caller?.groups ?? NO_GROUPS,
    subject: caller?.kind === "user" ? caller.subject : undefined,
    issuer: caller?.issuer,
    verdict: decision?.verdict,
    rule: decision?.rule,
    role: permit?.role,
    recorded: permit?.recorded === true,
    assumedRole: visit.assumedRole,
    accessKeyId: visit.accessKeyId,
    awsRequestId: visit.awsRequestId,
    awsExtendedRequestId: visit.awsExtendedRequestId,
    handedOut: visit.handedOut,
    isChange: ending.upgraded === true || isChange(visit),
    status: statusOf(ending, response),
    outcome: outcomeOf(ending, response),
    reason: refusal?.code,
    detail: refusal?.detail && withoutTokens(refusal.detail),
    requestBytes: Number(head.headers.get("content-length") ?? 0),
    responseBytes: forwarded?.bytes ?? 0,
    durationMs: visit.elapsedMs(),
    upstreamMs: forwarded?.status === undefined ? undefined : forwarded.waitedMs,
    stages: visit.stages,
  };
}

const NOTHING: Outcome["requirements"] = [];
