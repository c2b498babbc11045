import { createMetrics } from "../../src/telemetry/metrics.ts";
import { quietGauges } from "./metrics-gauges.ts";
import { outcomeOf, packetOf, tunnelOf } from "./outcomes.ts";

/** What a sidecar shows that has done and has everything there is a metric of. */
export async function wholeExposition(): Promise<string> {
  const metrics = createMetrics(
    "1.2.3",
    quietGauges({
      upstreams: () => [{ name: "s3", service: "s3" }],
      jwksAgeSeconds: () => new Map([["staff", 12.5]]),
      clockOffsetsMs: () => [[0, "s3"]],
      denylistAgeMs: () => 3000,
      sharedCacheUp: () => true,
    }),
  );
  metrics.record(outcomeOf({ requestBytes: 10 }));
  metrics.exchange({ operation: "GetId", outcome: "ok", durationMs: 200 });
  metrics.tunnels.opened("things");
  metrics.tunnels.packet(packetOf());
  metrics.tunnels.ended(tunnelOf());
  return metrics.render();
}
