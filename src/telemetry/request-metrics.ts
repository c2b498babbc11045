import type { Registry } from "prom-client";
import { isTokenRefusal, REFUSALS, type RefusalCode } from "../domain/refusal.ts";
import type { MeasuredUpstream } from "./gauges.ts";
import { type Outcome, STAGES } from "./outcome.ts";
import { createCounter, createHistogram, type LabelsOf } from "./tally.ts";

/** Counts what is told of requests. */
export interface RequestMetrics {
  readonly record: (outcome: Outcome) => void;
  /** Counts a decision of the policy, where there was one. */
  readonly decided: (outcome: Pick<Outcome, "upstream" | "verdict" | "rule">) => void;
}

/** Seconds: what takes some microseconds where all is at hand takes as long as AWS where it is not. */
const STAGE_BUCKETS: readonly number[] = [
  0.000_01, 0.000_025, 0.000_05, 0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
  0.5, 1, 2.5, 5, 10, 60,
];

const REASONS = Object.keys(REFUSALS) as readonly RefusalCode[];
const VERIFICATIONS: readonly string[] = ["accepted", ...REASONS.filter(isTokenRefusal)];
/** Of requests that were refused before an upstream was known. */
const NOWHERE: MeasuredUpstream = { name: "none", service: "none" };
const UPSTREAM_ERRORS = ["broken", "unreachable", "timeout"] as const;

/**
 * Puts what is measured of requests on a registry.
 *
 * @param upstreams those that are configured, asked at each scrape
 */
export function createRequestMetrics(
  registry: Registry,
  upstreams: () => readonly MeasuredUpstream[],
): RequestMetrics {
  const counts = registerCounts(registry, upstreams);
  const stages = STAGES.map((stage) => [stage, counts.stageSeconds.of(stage)] as const);
  const decided: RequestMetrics["decided"] = ({ upstream, verdict, rule = "" }) => {
    if (verdict !== undefined) counts.decisions.add(1, upstream, verdict, rule);
  };
  return {
    record: (outcome) => {
      count(counts, outcome);
      for (const [stage, observe] of stages) {
        const ms = outcome.stages[stage];
        if (ms !== undefined) observe(ms / 1000);
      }
      decided(outcome);
    },
    decided,
  };
}

/** What a histogram may have besides its name. */
interface Parts<L extends readonly string[]> {
  readonly bounds?: readonly number[];
  readonly expected?: () => Iterable<LabelsOf<L>>;
}

/** What is counted, a metric a line: name, meaning, labels, and label values that there are series for from the start. */
function registerCounts(registry: Registry, upstreams: () => readonly MeasuredUpstream[]) {
  const counter = <const L extends readonly string[]>(
    [name, help, labelNames]: readonly [name: string, help: string, labelNames: L],
    expected?: Parameters<typeof createCounter<L>>[2],
  ) => createCounter(registry, { name, help, labelNames }, expected);
  const seconds = <const L extends readonly string[]>(
    name: string,
    help: string,
    labelNames: L,
    { bounds, expected }: Parts<L> = {},
  ) => createHistogram(registry, { name, help, labelNames }, bounds, expected);
  const all = () => [...upstreams(), NOWHERE];
  const served = () => all().map(({ name, service }) => [name, service, "ok", "", "2xx"] as const);
  const errors = () =>
    upstreams().flatMap(({ name }) => UPSTREAM_ERRORS.map((kind) => [name, kind] as const));
  // oxfmt-ignore
  return {
    requests: counter(["postern_requests_total", "Requests finished.", ["upstream", "service", "outcome", "reason", "status"]], served),
    refusals: counter(["postern_refusals_total", "Requests refused.", ["reason"]], () => REASONS.map((reason) => [reason] as const)),
    requestSeconds: seconds("postern_request_duration_seconds", "From the head of a request to the end of its answer.", ["upstream"], { expected: () => all().map(({ name }) => [name] as const) }),
    stageSeconds: seconds("postern_stage_duration_seconds", "Each stage of a request that got so far.", ["stage"], { bounds: STAGE_BUCKETS }),
    requestBytes: counter(["postern_request_bytes_total", "Bytes of request bodies, as stated.", ["upstream"]]),
    responseBytes: counter(["postern_response_bytes_total", "Bytes of answers' bodies passed on.", ["upstream"]]),
    upstreamSeconds: seconds("postern_upstream_duration_seconds", "From sending a request upstream to the head of its answer.", ["upstream"]),
    upstreamErrors: counter(["postern_upstream_errors_total", "Requests that an upstream did not answer whole.", ["upstream", "kind"]], errors),
    decisions: counter(["postern_decisions_total", "Decisions of the policy.", ["upstream", "verdict", "rule"]]),
    verifications: counter(["postern_token_verifications_total", "Tokens accepted or refused.", ["result"]], () => VERIFICATIONS.map((result) => [result] as const)),
  };
}

/** Counts a finished request. */
function count(counts: ReturnType<typeof registerCounts>, outcome: Outcome): void {
  const { upstream, service, reason } = outcome;
  counts.requests.add(1, upstream, service, outcome.outcome, reason ?? "", statusClass(outcome.status));
  if (reason !== undefined) counts.refusals.add(1, reason);
  counts.requestSeconds.observe(outcome.durationMs / 1000, upstream);
  if (outcome.requestBytes > 0) counts.requestBytes.add(outcome.requestBytes, upstream);
  if (outcome.responseBytes > 0) counts.responseBytes.add(outcome.responseBytes, upstream);
  if (outcome.upstreamMs !== undefined) counts.upstreamSeconds.observe(outcome.upstreamMs / 1000, upstream);
  const error = upstreamError(outcome);
  if (error !== undefined) counts.upstreamErrors.add(1, upstream, error);
  const result = verification(outcome);
  if (result !== undefined) counts.verifications.add(1, result);
}

const CLASSES = ["other", "1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** `2xx`; an upstream may send any three digits, and what is no class of HTTP's is `other`. */
function statusClass(status: number): string {
  return CLASSES[Math.floor(status / 100)] ?? "other";
}

function upstreamError({ outcome, reason }: Outcome): (typeof UPSTREAM_ERRORS)[number] | undefined {
  if (outcome === "upstream-broken") return "broken";
  if (reason === "upstream-unreachable") return "unreachable";
  return reason === "upstream-timeout" ? "timeout" : undefined;
}

/** What became of the token; undefined where none was looked at. */
function verification({ caller, reason }: Outcome): string | undefined {
  if (caller !== undefined) return "accepted";
  return reason !== undefined && isTokenRefusal(reason) ? reason : undefined;
}
