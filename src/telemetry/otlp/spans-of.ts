import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { type Outcome, type Stage, STAGES } from "../outcome.ts";

/** Of `@opentelemetry/api`, whose enumerations are numbers: they are written here so that the package is not loaded for them. */
const KIND = { internal: 0, server: 1, client: 2 } as const;
const STATUS = { unset: 0, error: 2 } as const;
const SAMPLED = 1;

/** Stages that are worth a span of their own: where a request waits for others. */
const WAITING: ReadonlyMap<Stage, { readonly name: string; readonly kind: 0 | 2 }> = new Map([
  ["identity", { name: "identity", kind: KIND.internal }],
  ["credentials", { name: "credentials", kind: KIND.internal }],
  ["upstream", { name: "upstream", kind: KIND.client }],
]);

/** Shorter stages waited for nobody. */
const LEAST_MS = 0.1;

/** What every span of a process has. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly scope: ReadableSpan["instrumentationScope"];
  /** Makes an id of 16 hex digits. */
  readonly newSpanId: () => string;
}

/**
 * The spans of a finished request: one of a server, and below it one for each stage that waited. Nothing in them tells of a
 * caller, a path, a bucket or a key (OpenTelemetry semantic conventions, HTTP server spans and AWS SDK).
 *
 * @returns nothing where the request is not in a trace that is kept
 */
export function spansOf(outcome: Outcome, endedAtMs: number, origin: SpanOrigin): readonly ReadableSpan[] {
  const { traceId, spanId, parentSpanId, isSampled } = outcome;
  if (traceId === undefined || spanId === undefined || !isSampled) return [];
  const startMs = endedAtMs - outcome.durationMs;
  const context = contextOf(traceId, spanId);
  const server = spanOf(origin, {
    name: nameOf(outcome),
    kind: KIND.server,
    context,
    parent: parentSpanId === undefined ? undefined : { ...contextOf(traceId, parentSpanId), isRemote: true },
    startMs,
    endMs: endedAtMs,
    isError: outcome.status >= 500 || outcome.outcome === "upstream-broken",
    attributes: attributesOf(outcome),
  });
  return [server, ...stagesOf(outcome, startMs, { context, origin })];
}

/** Stages follow each other, so that each begins where those before it end. */
function stagesOf(
  { stages, outcome, traceId = "" }: Outcome,
  startMs: number,
  { context, origin }: { readonly context: SpanContext; readonly origin: SpanOrigin },
): readonly ReadableSpan[] {
  const spans: ReadableSpan[] = [];
  let fromMs = startMs;
  for (const stage of STAGES) {
    const tookMs = stages[stage] ?? 0;
    const about = WAITING.get(stage);
    const endMs = fromMs + tookMs;
    if (about !== undefined && tookMs >= LEAST_MS)
      spans.push(
        spanOf(origin, {
          ...about,
          context: contextOf(traceId, origin.newSpanId()),
          parent: context,
          startMs: fromMs,
          endMs,
          isError: stage === "upstream" && outcome === "upstream-broken",
          attributes: {},
        }),
      );
    fromMs = endMs;
  }
  return spans;
}

/** `s3 GetObject`; a method alone where no operation was read. */
function nameOf({ service, operation, method }: Outcome): string {
  return operation === undefined ? methodOf(method) : `${service} ${operation}`;
}

/** Methods of RFC 9110, PATCH and no others: a client may write any word. */
function methodOf(method: string): string {
  return /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method) ? method : "_OTHER";
}

function attributesOf(outcome: Outcome): Attributes {
  const all: Readonly<Record<string, string | number | undefined>> = {
    "http.request.method": methodOf(outcome.method),
    "http.response.status_code": outcome.status,
    "rpc.system": outcome.operation === undefined ? undefined : "aws-api",
    "rpc.service": outcome.operation === undefined ? undefined : outcome.service,
    "rpc.method": outcome.operation,
    "aws.request_id": outcome.awsRequestId,
    "aws.extended_request_id": outcome.awsExtendedRequestId,
    "error.type": outcome.reason,
    "postern.request_id": outcome.requestId,
    "postern.upstream": outcome.upstream,
    "postern.outcome": outcome.outcome,
    "postern.verdict": outcome.verdict,
    "postern.rule": outcome.rule,
    "postern.reason": outcome.reason,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function contextOf(traceId: string, spanId: string): SpanContext {
  return { traceId, spanId, traceFlags: SAMPLED };
}

interface SpanFacts {
  readonly name: string;
  readonly kind: 0 | 1 | 2;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  readonly attributes: Attributes;
}

function spanOf({ resource, scope }: SpanOrigin, facts: SpanFacts): ReadableSpan {
  const { name, kind, context, parent, startMs, endMs, isError, attributes } = facts;
  return {
    name,
    kind,
    spanContext: () => context,
    ...(parent !== undefined && { parentSpanContext: parent }),
    startTime: hrTimeOf(startMs),
    endTime: hrTimeOf(endMs),
    duration: hrTimeOf(endMs - startMs),
    status: { code: isError ? STATUS.error : STATUS.unset },
    attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds, and nanoseconds of the next. */
function hrTimeOf(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
