import { createFaces, type Faces } from "../admin/faces.ts";
import { isLoopbackHost } from "../config/address.ts";
import type { Config } from "../config/schema.ts";
import type { Issuers } from "../identity/issuers.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Surroundings } from "./surroundings.ts";

/** What is shown beside the data face. */
export interface Shown {
  readonly metrics: Metrics;
  readonly listener: Listener;
  readonly issuers: Issuers;
}

/** The probes' and the operator's listener. Ready is who listens and has keys to prove tokens by. */
export function facesOf({ aws }: Config, { document }: Surroundings, shown: Shown): Faces {
  const { metrics, listener, issuers } = shown;
  return createFaces({
    ...metrics,
    conditions: [{ name: "the data listener", holds: () => listener.server.listening }, ...issuers.ready()],
    endpointOverridden: aws.endpoint !== undefined,
    config: () => document,
    isOwnHost: isLoopbackHost,
  });
}
