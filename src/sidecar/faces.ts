import type { Admission } from "../admin/admit.ts";
import { createFaces, type Faces } from "../admin/faces.ts";
import { isLoopbackHost } from "../config/address.ts";
import type { Clock } from "../domain/clock.ts";
import { plainText } from "../domain/plain-text.ts";
import type { Listener } from "../proxy/listener.ts";
import type { Registrar } from "../proxy/visit.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Observed } from "../telemetry/observed.ts";
import type { Recent } from "../telemetry/recent.ts";
import { createThrottle } from "../telemetry/throttle.ts";
import { consoleOf } from "./console.ts";
import { controlOf } from "./control.ts";
import type { Lock } from "./lock.ts";
import { policyModeAt } from "./mode.ts";
import { createRecorded } from "./recorded.ts";
import type { Changing } from "./reload.ts";
import type { Snapshot } from "./snapshot.ts";

/** What is shown beside the data face. */
export interface Shown {
  readonly metrics: Metrics;
  readonly listener: Listener;
  readonly snapshot: () => Snapshot;
  readonly configuration: Changing["configuration"];
  readonly nameCaller: Registrar["nameCaller"];
  readonly observed: Observed;
  readonly recent: Recent;
  readonly lock: Lock;
  readonly version: string;
  readonly log: Log;
  readonly now: Clock;
  /** Ends the process as SIGTERM does. */
  readonly quit: () => void;
}

/** The probes' and the operator's listener. Ready is who listens and has keys to prove tokens by. */
export function facesOf(shown: Shown): Faces {
  const { metrics, listener, snapshot, observed, lock, now } = shown;
  const recorded = createRecorded(observed, now);
  const faces: Faces = createFaces({
    ...metrics,
    isLocked: lock.isOn,
    operatorTls: snapshot().tls.operator,
    admission: admissionOf(shown),
    control: controlOf(shown),
    view: consoleOf({ ...shown, readiness: () => faces.readiness.check() }),
    conditions: () => [
      ...snapshot().issuers.ready(),
      { name: "the data listener", holds: () => listener.server.listening },
    ],
    remarks: () => remarksOn(snapshot(), now()),
    config: () => snapshot().document,
    explain: (asked) => snapshot().rehearse(asked),
    recorded: () => recorded(snapshot()),
  });
  return faces;
}

/** Who may use the operator's face: by which names it is called, and what is to be shown there. */
function admissionOf({ snapshot, log, now }: Shown): Admission {
  const mayTell = createThrottle(REFUSALS_PER_SECOND, now);
  return {
    isOwnHost: (host) => isLoopbackHost(host) || snapshot().config.operator.hosts.includes(nameIn(host)),
    isSecure: snapshot().tls.operator !== undefined,
    token: () => snapshot().operatorToken,
    onRefused: (why, host) => {
      const suppressed = mayTell();
      if (suppressed === undefined) return;
      const asked = why === "host" ? { host: plainText(host).slice(0, MAX_HOST_LENGTH) } : {};
      log.audit("denial", "somebody is not let in to the operator's face", {
        face: "operator",
        why,
        ...asked,
        suppressed,
      });
    },
  };
}

/** Whoever guesses would fill the log. */
const REFUSALS_PER_SECOND = 10;

/** Of a `Host` that a stranger wrote. */
const MAX_HOST_LENGTH = 100;

/** The name in the value of a `Host`, without its port. */
function nameIn(host: string): string {
  return host.replace(/:\d{1,5}$/, "").toLowerCase();
}

/** What whoever looks whether a Postern is ready must not overlook. */
function remarksOn({ config, pipeline }: Snapshot, nowMs: number): Readonly<Record<string, string>> {
  return {
    ...(config.aws.endpoint !== undefined && { awsEndpoint: "overridden" }),
    ...(policyModeAt(pipeline.policy, nowMs) === "record" && { policyMode: "record" }),
  };
}
