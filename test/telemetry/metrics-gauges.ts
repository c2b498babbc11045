import type { Gauges } from "../../src/telemetry/gauges.ts";

/** Gauges of a sidecar at rest, with what a test wants otherwise. */
export function quietGauges(changes: Partial<Gauges> = {}): Gauges {
  return {
    isReady: () => true,
    isLocked: () => false,
    inFlight: () => 0,
    bufferedBytes: () => 0,
    limits: () => ({ inFlight: 1000, bufferedBytes: 67_108_864, tunnels: 2000 }),
    cachedIdentities: () => 0,
    upstreams: () => [],
    exchanges: () => [],
    jwksAgeSeconds: () => new Map(),
    clockOffsetsMs: () => [],
    denylistAgeMs: () => undefined,
    sharedCacheUp: () => undefined,
    endpointOverridden: () => false,
    policyMode: () => "enforce",
    logLinesLost: () => 0,
    configuration: () => ({ isLatest: true, takenAtMs: 0 }),
    ...changes,
  };
}
