import type { Faces } from "../admin/faces.ts";
import type { Clock } from "../domain/clock.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Gauges } from "../telemetry/gauges.ts";
import type { Log } from "../telemetry/log.ts";
import { exchangesIn } from "./exchanges-in.ts";
import type { Lock } from "./lock.ts";
import { policyModeAt } from "./mode.ts";
import type { Changing } from "./reload.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is there by the time that somebody looks. */
export interface Measured {
  readonly changing: Changing;
  readonly listener: Listener;
  readonly faces: Faces;
  readonly lock: Lock;
  readonly log: Pick<Log, "lost">;
}

/** What is read at each scrape. */
export function gaugesOf(now: Clock, measured: () => Measured): Gauges {
  const snapshot = (): Snapshot => measured().changing.snapshot();
  return {
    isReady: () => measured().faces.readiness.check().ready,
    isLocked: () => measured().lock.isOn(),
    inFlight: () => measured().listener.inFlight(),
    bufferedBytes: () => snapshot().bodies.held(),
    limits: () => {
      const { inFlight, bufferedBody, tunnels } = snapshot().config.limits;
      return { inFlight, bufferedBytes: bufferedBody, tunnels };
    },
    cachedIdentities: () => snapshot().brokers.size(),
    upstreams: () => snapshot().primaries.map(({ upstream }) => upstream),
    exchanges: () => exchangesIn(snapshot().config),
    jwksAgeSeconds: () => snapshot().issuers.ages(),
    clockOffsetsMs: () =>
      snapshot().primaries.map(({ upstream, clock }) => [clock.offsetMs(), upstream.name]),
    denylistAgeMs: () => snapshot().denylist?.ageMs(),
    sharedCacheUp: () => snapshot().tier?.isUp(),
    endpointOverridden: () => snapshot().config.aws.endpoint !== undefined,
    policyMode: () => policyModeAt(snapshot().pipeline.policy, now()),
    logLinesLost: () => measured().log.lost(),
    configuration: () => measured().changing.configuration(),
  };
}
