import type { AuditEvent } from "./audit.ts";
import type { Outcome, StageTimes } from "./outcome.ts";
import { toMicros } from "./to-micros.ts";

/** Why a request has its line, where that is to be told. */
export interface Marks {
  /** What an audit asks for. */
  readonly audit?: AuditEvent | undefined;
  /** The part of its like that has a line: each stands for so many more. */
  readonly sample?: number;
}

/** A request's line: these members and no others, whatever an object of the type may carry besides. */
export function requestLineOf(outcome: Outcome, { audit, sample }: Marks): object {
  const { groups, durationMs, upstreamMs } = outcome;
  return {
    audit,
    sample,
    requestId: outcome.requestId,
    traceId: outcome.traceId,
    spanId: outcome.spanId,
    method: outcome.method,
    upstream: outcome.upstream,
    service: outcome.service,
    operation: outcome.operation,
    resource: outcome.resource,
    caller: outcome.caller,
    callerKind: outcome.callerKind,
    groups: groups.length === 0 ? undefined : groups,
    verdict: outcome.verdict,
    rule: outcome.rule,
    recorded: outcome.recorded ? true : undefined,
    role: outcome.role,
    assumedRole: outcome.assumedRole,
    accessKeyId: outcome.accessKeyId,
    awsRequestId: outcome.awsRequestId,
    awsExtendedRequestId: outcome.awsExtendedRequestId,
    status: outcome.status,
    outcome: outcome.outcome,
    reason: outcome.reason,
    detail: outcome.detail,
    requestBytes: outcome.requestBytes,
    responseBytes: outcome.responseBytes,
    durationMs: toMicros(durationMs),
    upstreamMs: microsOf(upstreamMs),
    stages: stagesIn(outcome.stages),
  };
}

function stagesIn(stages: StageTimes): object {
  return {
    identity: microsOf(stages.identity),
    operation: microsOf(stages.operation),
    decision: microsOf(stages.decision),
    credentials: microsOf(stages.credentials),
    upstream: microsOf(stages.upstream),
    answer: microsOf(stages.answer),
  };
}

function microsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : toMicros(ms);
}
