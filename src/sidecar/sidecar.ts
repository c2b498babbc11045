import { listenerLimitsOf } from "../config/stages.ts";
import type { Denylist } from "../identity/denylist.ts";
import { createOutbound } from "../outbound/call.ts";
import { createListener, type Listener } from "../proxy/listener.ts";
import { createSelfService } from "../proxy/pages/self-service.ts";
import { createCallerNamer } from "../proxy/visit.ts";
import { createClocks } from "../signing/clock-offset.ts";
import { createSigner } from "../signing/sign.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { createObserved } from "../telemetry/observed.ts";
import { createRecent } from "../telemetry/recent.ts";
import { adopt } from "./adopt.ts";
import { authorizeFaceOf } from "./authorize.ts";
import { issuersIn } from "./brokers.ts";
import { facesOf } from "./faces.ts";
import { gaugesOf } from "./gauges.ts";
import { lifeOf, type Sidecar } from "./life.ts";
import { createLock } from "./lock.ts";
import { onLock } from "./on-lock.ts";
import { onRevoked } from "./on-revoked.ts";
import { createShelf } from "./parts.ts";
import { type Changing, createChanging } from "./reload.ts";
import { recordingOf } from "./recording.ts";
import { createReminder } from "./reminder.ts";
import { snapshotOf } from "./snapshot.ts";
import type { Loaded, Surroundings } from "./surroundings.ts";
import { createTracing } from "./tracing.ts";

/**
 * Wires everything: the whole of Postern on one page. What changes with the configuration is in the snapshot.
 *
 * @throws Error where a file that the configuration names cannot be read or used
 */
export function createSidecar(first: Loaded, surroundings: Surroundings): Sidecar {
  const { log, now, version } = surroundings;
  const outbound = createOutbound();
  const shelf = createShelf();
  const observed = createObserved(now);
  observed.adopt(issuersIn(first.config));
  const recent = createRecent(now);
  const lock = createLock((isOn, by) =>
    onLock({ isOn, by }, { listener, authorize, log, brokers: changing.snapshot().brokers }),
  );
  const gauges = gaugesOf(now, () => ({ changing, listener, faces, lock, log }));
  const metrics = createMetrics(version, gauges);
  const told = { metrics, recent };
  const lasting = { outbound: outbound.call, signer: createSigner(), clockOf: createClocks(now), ...told };
  const nameCaller = createCallerNamer();
  const tracing = createTracing({ ...surroundings, metrics, random: Math.random });
  const revoked = (changed: Denylist) => onRevoked(changed, { listener, ...changing.snapshot() });
  const denylist = () => changing.snapshot().denylist;
  const counts = new Map<string, number>();
  const whole = { nameCaller, onRevoked: revoked, denylist, isLocked: lock.isOn, counts };
  const changing: Changing = createChanging({
    shelf,
    first,
    now,
    snapshotOf: (loaded, parts) => snapshotOf(loaded, surroundings, { ...lasting, ...whole }, parts),
    settled: () => Promise.all([listener.settled(), authorize.settled()]),
    onChange: (snapshot) => adopt({ ...lived, observed, reminder, lock }, snapshot),
    isEnding: () => faces.readiness.check().draining,
  });
  const pipeline = () => changing.snapshot().pipeline;
  const isRecording = () => pipeline().policy.recording?.isOn(now()) === true;
  const recording = recordingOf({ metrics, log, recent, observed, tracing, isRecording });
  const registrar = { ...recording, nameCaller, traceOf: tracing.traceOf };
  const listener: Listener = createListener({
    ...registrar,
    limits: listenerLimitsOf(first.config),
    tls: changing.snapshot().tls.listen,
    pipeline,
    selfService: createSelfService({ pipeline }),
    now,
  });
  const authorize = authorizeFaceOf(first.config, changing.snapshot, registrar);
  const faces = facesOf({ ...surroundings, ...told, listener, observed, lock, nameCaller, ...changing });
  lock.follow(first.config.operator.lockFile);
  const reminder = createReminder(() => pipeline().policy, log, now);
  const closing = [reminder, lock, tracing, shelf, outbound];
  const lived = { faces, listener, authorize, tracing, log };
  return lifeOf(changing, { ...lived, started: reminder.remind, closing });
}
