import type { Clock } from "../domain/clock.ts";
import type { Gauges } from "../telemetry/metrics.ts";
import { policyModeAt } from "./mode.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is there by the time that somebody looks. */
export interface Measured {
  readonly snapshot: () => Snapshot;
  readonly inFlight: () => number;
  readonly configuration: Gauges["configuration"];
}

/** What is read at each scrape. */
export function gaugesOf(now: Clock, measured: () => Measured): Gauges {
  const snapshot = (): Snapshot => measured().snapshot();
  return {
    inFlight: () => measured().inFlight(),
    bufferedBytes: () => snapshot().bodies.held(),
    jwksAgeSeconds: () => snapshot().issuers.ages(),
    clockOffsetsMs: () =>
      snapshot().primaries.map(({ upstream, clock }) => [clock.offsetMs(), upstream.name]),
    denylistAgeMs: () => snapshot().denylist?.ageMs(),
    sharedCacheUp: () => snapshot().tier?.isUp(),
    endpointOverridden: () => snapshot().config.aws.endpoint !== undefined,
    policyMode: () => policyModeAt(snapshot().pipeline.policy, now()),
    configuration: () => measured().configuration(),
  };
}
