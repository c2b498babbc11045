import { collectDefaultMetrics, Registry } from "prom-client";
import { createExchangeMetrics, type ExchangeMetrics } from "./exchange-metrics.ts";
import { type Gauges, registerGauges } from "./gauges.ts";
import type { Outcome } from "./outcome.ts";
import { createRequestMetrics } from "./request-metrics.ts";
import { createCounter } from "./tally.ts";
import { createTunnelMetrics } from "./tunnel-metrics.ts";
import type { TunnelRecorder } from "./tunnel-outcome.ts";

/** Everything that Postern measures. */
export interface Metrics {
  readonly record: (outcome: Outcome) => void;
  readonly tunnels: TunnelRecorder;
  readonly credentialLookup: (result: (typeof LOOKUPS)[number]) => void;
  readonly exchange: ExchangeMetrics;
  /** A sealed value of the shared tier was not what its key says. */
  readonly sharedCacheRejected: () => void;
  /** So many spans were not handed to the collector of traces. */
  readonly spansDropped: (count: number) => void;
  /** The Prometheus text form, version 0.0.4. */
  readonly render: () => Promise<string>;
  readonly contentType: string;
}

const LOOKUPS = ["hit", "miss", "refresh", "stale", "shared_hit"] as const;

/**
 * Every metric of Postern on one registry. Labels come from closed sets only: configured names, and words of this code.
 * Never a path, a user, a bucket or a key.
 */
export function createMetrics(version: string, gauges: Gauges): Metrics {
  const registry = new Registry();
  const requests = createRequestMetrics(registry, gauges.upstreams);
  const lookups = createCounter(
    registry,
    {
      name: "postern_credential_lookups_total",
      help: "Look-ups in the credential cache.",
      labelNames: ["result"],
    },
    () => LOOKUPS.map((result) => [result] as const),
  );
  const plain = (name: string, help: string) => createCounter(registry, { name, help, labelNames: [] });
  const rejected = plain(
    "postern_shared_cache_rejected_total",
    "Sealed values that were not what their keys say.",
  );
  const dropped = plain("postern_spans_dropped_total", "Spans of traces that no collector got.");
  const lost = plain("postern_log_lines_lost_total", "Lines of the log that whoever reads it did not take.");
  let countedLost = 0;
  const exchange = createExchangeMetrics(registry, gauges.exchanges);
  const tunnels = createTunnelMetrics(registry, requests.decided);
  registerGauges(registry, version, gauges);
  registerNodes(registry);
  return {
    record: requests.record,
    tunnels,
    credentialLookup: (result) => lookups.add(1, result),
    exchange,
    sharedCacheRejected: () => rejected.add(1),
    spansDropped: dropped.add,
    render: () => {
      const lines = gauges.logLinesLost();
      lost.add(lines - countedLost);
      countedLost = lines;
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

/** Node's own, without three that promtool refuses: gauges whose names end in `_total`. */
function registerNodes(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const kind of ["handles", "requests", "resources"])
    registry.removeSingleMetric(`nodejs_active_${kind}_total`);
}
