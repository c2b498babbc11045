import { collectDefaultMetrics, Registry } from "prom-client";
import type { Exchange } from "../domain/exchange.ts";
import { isTokenRefusal } from "../domain/refusal.ts";
import type { Outcome } from "./outcome.ts";
import { createCounter, createGauge, createHistogram } from "./tally.ts";
import { createTunnelMetrics } from "./tunnel-metrics.ts";
import type { TunnelRecorder } from "./tunnel-outcome.ts";

/** What is read, not counted: asked for at each scrape. */
export interface Gauges {
  readonly inFlight: () => number;
  readonly bufferedBytes: () => number;
  /** Name of a user pool or other issuer → age of its keys in seconds; undefined before the first fetch. */
  readonly jwksAgeSeconds: () => ReadonlyMap<string, number | undefined>;
  /** How far the clock of each upstream is ahead of this one, as far as it had to be learned, and the upstream's name. */
  readonly clockOffsetsMs: () => readonly (readonly [offsetMs: number, upstream: string])[];
  /** Since the denylist was read; undefined where there is none. */
  readonly denylistAgeMs: () => number | undefined;
  /** Whether the shared tier answers; undefined where there is none. */
  readonly sharedCacheUp: () => boolean | undefined;
  /** Whether every AWS call goes to one configured address, as in tests. */
  readonly endpointOverridden: () => boolean;
  /** What becomes of what no rule allows. */
  readonly policyMode: () => PolicyMode;
  /** Whether the configuration that was read last is the one that runs, and when that was taken over. */
  readonly configuration: () => { readonly isLatest: boolean; readonly takenAtMs: number };
}

/** What becomes of what no rule allows: it is refused, or let through and recorded. */
export type PolicyMode = (typeof POLICY_MODES)[number];

const POLICY_MODES = ["enforce", "record"] as const;

/** Everything that Postern measures. */
export interface Metrics {
  readonly record: (outcome: Outcome) => void;
  readonly tunnels: TunnelRecorder;
  readonly credentialLookup: (result: "hit" | "miss" | "refresh" | "stale" | "shared_hit") => void;
  readonly exchange: (exchange: Exchange) => void;
  /** A sealed value of the shared tier was not what its key says. */
  readonly sharedCacheRejected: () => void;
  /** The Prometheus text form, version 0.0.4. */
  readonly render: () => Promise<string>;
  readonly contentType: string;
}

/**
 * Every metric of Postern on one registry. Labels come from closed sets only: configured names, and words of this code.
 * Never a path, a user, a bucket or a key.
 */
export function createMetrics(version: string, gauges: Gauges): Metrics {
  const registry = new Registry();
  const counts = registerCounts(registry);
  registerGauges(registry, version, gauges);
  registerNodes(registry);
  return {
    record: (outcome) => count(counts, outcome),
    tunnels: createTunnelMetrics(registry, (outcome) => countDecision(counts, outcome)),
    credentialLookup: (result) => counts.lookups.add(1, result),
    exchange: ({ operation, outcome, durationMs }) => {
      counts.exchanges.add(1, operation, outcome);
      counts.exchangeSeconds.observe(durationMs / 1000, operation);
    },
    sharedCacheRejected: () => counts.sharedRejected.add(1),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

type Counts = ReturnType<typeof registerCounts>;

/** What is counted, a metric a line: name, meaning, labels. */
function registerCounts(registry: Registry) {
  const counter = <const L extends readonly string[]>(name: string, help: string, labelNames: L) =>
    createCounter(registry, { name, help, labelNames });
  const seconds = <const L extends readonly string[]>(name: string, help: string, labelNames: L) =>
    createHistogram(registry, { name, help, labelNames });
  // oxfmt-ignore
  return {
    requests: counter("postern_requests_total", "Requests finished.", ["upstream", "service", "outcome", "reason", "status"]),
    requestSeconds: seconds("postern_request_duration_seconds", "From the head of a request to the end of its answer.", ["upstream"]),
    requestBytes: counter("postern_request_bytes_total", "Bytes of request bodies, as stated.", ["upstream"]),
    responseBytes: counter("postern_response_bytes_total", "Bytes of answers' bodies passed on.", ["upstream"]),
    upstreamSeconds: seconds("postern_upstream_duration_seconds", "From sending a request upstream to the head of its answer.", ["upstream"]),
    upstreamErrors: counter("postern_upstream_errors_total", "Requests that an upstream did not answer whole.", ["upstream", "kind"]),
    decisions: counter("postern_decisions_total", "Decisions of the policy.", ["upstream", "verdict", "rule"]),
    verifications: counter("postern_token_verifications_total", "Tokens accepted or refused.", ["result"]),
    lookups: counter("postern_credential_lookups_total", "Look-ups in the credential cache.", ["result"]),
    exchanges: counter("postern_credential_exchanges_total", "Calls to the identity pool and STS.", ["operation", "outcome"]),
    sharedRejected: counter("postern_shared_cache_rejected_total", "Sealed values that were not what their keys say.", []),
    exchangeSeconds: seconds("postern_credential_exchange_duration_seconds", "Calls to the identity pool and STS.", ["operation"]),
  };
}

/** Counts a finished request. */
function count(counts: Counts, outcome: Outcome): void {
  const { upstream, service, reason = "" } = outcome;
  counts.requests.add(1, upstream, service, outcome.outcome, reason, statusClass(outcome.status));
  counts.requestSeconds.observe(outcome.durationMs / 1000, upstream);
  if (outcome.requestBytes > 0) counts.requestBytes.add(outcome.requestBytes, upstream);
  if (outcome.responseBytes > 0) counts.responseBytes.add(outcome.responseBytes, upstream);
  if (outcome.upstreamMs !== undefined) counts.upstreamSeconds.observe(outcome.upstreamMs / 1000, upstream);
  const error = upstreamError(outcome);
  if (error !== undefined) counts.upstreamErrors.add(1, upstream, error);
  countDecision(counts, outcome);
  const result = verification(outcome);
  if (result !== undefined) counts.verifications.add(1, result);
}

function countDecision({ decisions }: Counts, outcome: Pick<Outcome, "upstream" | "verdict" | "rule">): void {
  if (outcome.verdict !== undefined) decisions.add(1, outcome.upstream, outcome.verdict, outcome.rule ?? "");
}

/** `2xx`; an upstream may send any three digits, and what is no class of HTTP's is `other`. */
function statusClass(status: number): string {
  const first = Math.floor(status / 100);
  return first >= 1 && first <= 5 ? `${first}xx` : "other";
}

function upstreamError({ outcome, reason }: Outcome): string | undefined {
  if (outcome === "upstream-broken") return "broken";
  if (reason === "upstream-unreachable") return "unreachable";
  return reason === "upstream-timeout" ? "timeout" : undefined;
}

/** What became of the token; undefined where none was looked at. */
function verification({ caller, reason }: Outcome): string | undefined {
  if (caller !== undefined) return "accepted";
  return reason !== undefined && isTokenRefusal(reason) ? reason : undefined;
}

/** What is read at scrape, a metric a line. */
function registerGauges(registry: Registry, version: string, gauges: Gauges): void {
  const gauge = <const L extends readonly string[]>(
    [name, help, labelNames]: readonly [name: string, help: string, labelNames: L],
    read: Parameters<typeof createGauge<L>>[2],
  ) => createGauge(registry, { name, help, labelNames }, read);

  gauge(["postern_build_info", "Always 1.", ["version"]], () => [[1, version]]);
  gauge(["postern_in_flight_requests", "Requests that are not finished.", []], () => [[gauges.inFlight()]]);
  gauge(["postern_buffered_bytes", "Bytes of bodies held in memory to be decided.", []], () => [
    [gauges.bufferedBytes()],
  ]);
  gauge(["postern_jwks_age_seconds", "Since the keys of an issuer were fetched.", ["issuer"]], () =>
    [...gauges.jwksAgeSeconds()].flatMap(([issuer, age]) =>
      age === undefined ? [] : [[age, issuer] as const],
    ),
  );
  gauge(["postern_clock_offset_seconds", "How far an upstream's clock is ahead.", ["upstream"]], () =>
    gauges.clockOffsetsMs().map(([offsetMs, upstream]) => [offsetMs / 1000, upstream] as const),
  );
  gauge(["postern_denylist_age_seconds", "Since the denylist was read.", []], () =>
    present(inSeconds(gauges.denylistAgeMs())),
  );
  gauge(["postern_shared_cache_up", "1 where the shared tier of credentials answers.", []], () =>
    present(asNumber(gauges.sharedCacheUp())),
  );
  gauge(
    ["postern_aws_endpoint_overridden", "1 where every AWS call goes to one address, as in tests.", []],
    () => [[gauges.endpointOverridden() ? 1 : 0]],
  );
  gauge(["postern_policy_mode", "1 for what becomes of what no rule allows.", ["mode"]], () =>
    POLICY_MODES.map((mode) => [Number(mode === gauges.policyMode()), mode] as const),
  );
  gauge(
    [
      "postern_config_last_reload_successful",
      "1 where the configuration read last is the one that runs.",
      [],
    ],
    () => [[Number(gauges.configuration().isLatest)]],
  );
  gauge(
    [
      "postern_config_last_reload_success_timestamp_seconds",
      "When the configuration that runs was taken over.",
      [],
    ],
    () => [[gauges.configuration().takenAtMs / 1000]],
  );
}

function present(value: number | undefined): readonly (readonly [number])[] {
  return value === undefined ? [] : [[value]];
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

function asNumber(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** Node's own, without three that promtool refuses: gauges whose names end in `_total`. */
function registerNodes(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const kind of ["handles", "requests", "resources"])
    registry.removeSingleMetric(`nodejs_active_${kind}_total`);
}
