import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { isTokenRefusal } from "../domain/refusal.ts";
import type { Outcome } from "./outcome.ts";
import { createCounter, createHistogram } from "./tally.ts";

/** What is read, not counted: asked for at each scrape. */
export interface Gauges {
  readonly inFlight: () => number;
  /** User pool name → age of its keys in seconds; undefined before the first fetch. */
  readonly jwksAgeSeconds: () => ReadonlyMap<string, number | undefined>;
  /** Whether every AWS call goes to one configured address, as in tests. */
  readonly endpointOverridden: () => boolean;
}

/** Everything that Postern measures. */
export interface Metrics {
  readonly record: (outcome: Outcome) => void;
  readonly credentialLookup: (result: string) => void;
  readonly exchange: (operation: string, outcome: string, seconds: number) => void;
  /** The Prometheus text form, version 0.0.4. */
  readonly render: () => Promise<string>;
  readonly contentType: string;
}

/**
 * Every metric of Postern, in one list on one registry. Labels come from closed sets only: configured names, and words
 * of this code. Never a path, a user, a bucket or a key.
 */
export function createMetrics(version: string, gauges: Gauges): Metrics {
  const registry = new Registry();
  const counter = <L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    createCounter(registry, { name, help, labelNames });
  const histogram = (name: string, help: string, ...labelNames: readonly string[]) =>
    createHistogram(registry, { name, help, labelNames });

  const requests = counter(
    "postern_requests_total",
    "Requests finished.",
    "upstream",
    "service",
    "outcome",
    "reason",
    "status",
  );
  const durations = histogram(
    "postern_request_duration_seconds",
    "From the head of a request to the end of its answer.",
    "upstream",
  );
  const waits = histogram(
    "postern_upstream_duration_seconds",
    "From sending a request upstream to the head of its answer.",
    "upstream",
  );
  const decisions = counter(
    "postern_decisions_total",
    "Decisions of the policy.",
    "upstream",
    "verdict",
    "rule",
  );
  const verifications = counter("postern_token_verifications_total", "Tokens accepted or refused.", "result");
  const requestBytes = counter(
    "postern_request_bytes_total",
    "Bytes of request bodies, as stated.",
    "upstream",
  );
  const responseBytes = counter(
    "postern_response_bytes_total",
    "Bytes of answers' bodies passed on.",
    "upstream",
  );
  const upstreamErrors = counter(
    "postern_upstream_errors_total",
    "Requests that an upstream did not answer whole.",
    "upstream",
    "kind",
  );
  const lookups = counter("postern_credential_lookups_total", "Look-ups in the credential cache.", "result");
  const exchanges = counter(
    "postern_credential_exchanges_total",
    "Calls to the identity pool and STS.",
    "operation",
    "outcome",
  );
  const exchangeDurations = histogram(
    "postern_credential_exchange_duration_seconds",
    "Calls to the identity pool and STS.",
    "operation",
  );
  registerGauges(registry, version, gauges);

  return {
    record: (outcome) => {
      const { upstream, verdict, reason } = outcome;
      requests.add(
        1,
        upstream,
        outcome.service,
        outcome.outcome,
        reason ?? "",
        `${Math.floor(outcome.status / 100)}xx`,
      );
      durations.observe(outcome.durationMs / 1000, upstream);
      if (outcome.upstreamMs !== undefined) waits.observe(outcome.upstreamMs / 1000, upstream);
      if (verdict !== undefined) decisions.add(1, upstream, verdict, outcome.rule ?? "");
      if (outcome.caller !== undefined) verifications.add(1, "accepted");
      else if (reason !== undefined && isTokenRefusal(reason)) verifications.add(1, reason);
      if (outcome.requestBytes > 0) requestBytes.add(outcome.requestBytes, upstream);
      if (outcome.responseBytes > 0) responseBytes.add(outcome.responseBytes, upstream);
      const kind = errorKind(outcome);
      if (kind !== undefined) upstreamErrors.add(1, upstream, kind);
    },
    credentialLookup: (result) => lookups.add(1, result),
    exchange: (operation, outcome, seconds) => {
      exchanges.add(1, operation, outcome);
      exchangeDurations.observe(seconds, operation);
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function errorKind({ outcome, reason }: Outcome): string | undefined {
  if (outcome === "upstream-broken") return "broken";
  if (reason === "upstream-unreachable") return "unreachable";
  return reason === "upstream-timeout" ? "timeout" : undefined;
}

function registerGauges(registry: Registry, version: string, gauges: Gauges): void {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // promtool refuses a gauge whose name ends in _total.
  for (const kind of ["handles", "requests", "resources"])
    registry.removeSingleMetric(`nodejs_active_${kind}_total`);
  new Gauge({ name: "postern_build_info", help: "Always 1.", labelNames: ["version"], registers }).set(
    { version },
    1,
  );
  void new Gauge({
    name: "postern_in_flight_requests",
    help: "Requests that are not finished.",
    registers,
    collect() {
      this.set(gauges.inFlight());
    },
  });
  void new Gauge({
    name: "postern_jwks_age_seconds",
    help: "Since the keys of a user pool were fetched.",
    labelNames: ["issuer"],
    registers,
    collect() {
      for (const [issuer, age] of gauges.jwksAgeSeconds()) if (age !== undefined) this.set({ issuer }, age);
    },
  });
  void new Gauge({
    name: "postern_aws_endpoint_overridden",
    help: "1 where every AWS call goes to one configured address, as in tests.",
    registers,
    collect() {
      this.set(gauges.endpointOverridden() ? 1 : 0);
    },
  });
}
