import { createFaces, type Faces } from "../admin/faces.ts";
import { isLoopbackHost } from "../config/address.ts";
import type { Clock } from "../domain/clock.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Observed } from "../telemetry/observed.ts";
import { policyModeAt } from "./mode.ts";
import { createRecorded } from "./recorded.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is shown beside the data face. */
export interface Shown {
  readonly metrics: Metrics;
  readonly listener: Listener;
  readonly snapshot: () => Snapshot;
  readonly observed: Observed;
  readonly now: Clock;
}

/** The probes' and the operator's listener. Ready is who listens and has keys to prove tokens by. */
export function facesOf({ metrics, listener, snapshot, observed, now }: Shown): Faces {
  const recorded = createRecorded(observed, now);
  return createFaces({
    ...metrics,
    conditions: () => [
      { name: "the data listener", holds: () => listener.server.listening },
      ...snapshot().issuers.ready(),
    ],
    remarks: () => remarksOn(snapshot(), now()),
    config: () => snapshot().document,
    explain: (asked) => snapshot().rehearse(asked),
    recorded: () => recorded(snapshot()),
    isOwnHost: isLoopbackHost,
  });
}

/** What whoever looks whether a Postern is ready must not overlook. */
function remarksOn({ config, pipeline }: Snapshot, nowMs: number): Readonly<Record<string, string>> {
  return {
    ...(config.aws.endpoint !== undefined && { awsEndpoint: "overridden" }),
    ...(policyModeAt(pipeline.policy, nowMs) === "record" && { policyMode: "record" }),
  };
}
