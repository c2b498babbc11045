import type { Config } from "../config/schema.ts";
import type { SharedTier } from "../credentials/shared-tier.ts";
import type { Denylist } from "../identity/denylist.ts";
import type { Issuers } from "../identity/issuers.ts";
import type { BodyReader } from "../proxy/body.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Live } from "../proxy/route.ts";
import type { Gauges } from "../telemetry/metrics.ts";

/** What is measured, and there before the metrics are. */
export interface Early {
  readonly lives: readonly Live[];
  readonly issuers: Issuers;
  readonly bodies: BodyReader;
}

/** What is measured, and made with the metrics at hand. */
export interface Late {
  readonly listener: Listener;
  readonly denylist: Denylist | undefined;
  readonly tier: SharedTier | undefined;
}

/** What is read at each scrape. */
export function gaugesOf({ aws }: Config, { lives, issuers, bodies }: Early, late: () => Late): Gauges {
  return {
    inFlight: () => late().listener.inFlight(),
    bufferedBytes: bodies.held,
    jwksAgeSeconds: issuers.ages,
    clockOffsetsMs: () => lives.map(({ upstream, clock }) => [clock.offsetMs(), upstream.name]),
    denylistAgeMs: () => late().denylist?.ageMs(),
    sharedCacheUp: () => late().tier?.isUp(),
    endpointOverridden: () => aws.endpoint !== undefined,
  };
}
