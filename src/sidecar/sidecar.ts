import { once } from "node:events";
import type { Faces } from "../admin/faces.ts";
import { bodyLimitsOf, listenerLimitsOf } from "../config/stages.ts";
import type { Denylist } from "../identity/denylist.ts";
import { listenOn } from "../inbound/listen-on.ts";
import { createOutbound } from "../outbound/call.ts";
import { createListener, type Listener } from "../proxy/listener.ts";
import { createSelfService } from "../proxy/pages/self-service.ts";
import { createCallerNamer } from "../proxy/visit.ts";
import { createClocks } from "../signing/clock-offset.ts";
import { createSigner } from "../signing/sign.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { createObserved, type Observed } from "../telemetry/observed.ts";
import { createRecent } from "../telemetry/recent.ts";
import { type AuthorizeFace, authorizeFaceOf } from "./authorize.ts";
import { issuersIn } from "./brokers.ts";
import { facesOf } from "./faces.ts";
import { gaugesOf } from "./gauges.ts";
import { createLock, type Lock } from "./lock.ts";
import { onLock } from "./on-lock.ts";
import { createShelf } from "./parts.ts";
import { type Changing, createChanging } from "./reload.ts";
import { recordingOf } from "./recording.ts";
import { createReminder, type Reminder } from "./reminder.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";
import { spotOf } from "./spot.ts";
import type { Loaded, Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";
import { createTracing, type Tracing } from "./tracing.ts";
import { whenReady } from "./when-ready.ts";

/** A sidecar: nothing listens and nothing is fetched until it is started. */
export interface Sidecar extends Pick<Changing, "reload" | "reloadFailed"> {
  /**
   * Answers probes and operators, and begins to fetch keys and to connect to the shared tier. Call it once.
   *
   * Rejects where an address is taken.
   */
  readonly start: () => Promise<Started>;
  /** Takes no new requests, finishes those in flight up to the configured deadline, then lets go of everything. */
  readonly drain: () => Promise<void>;
}

/** Where a sidecar listens, on the configured hosts; 0 stands for a unix socket. */
export interface Started extends Readonly<Record<"probes" | "operator", number>> {
  /**
   * Resolves when requests are taken, which they are when nothing is missing to serve them: whoever finds the data face
   * there may rely on it, and nobody is told that his token is no good because an issuer is away. Of two issuers both are
   * waited for, as `/readyz` does: an orchestrator begins the application when this has come (a startupProbe), and what
   * half of the callers miss shows then, before anybody is served. Later an issuer that is away hinders nobody else.
   *
   * Undefined where the end came first. Rejects where the address is taken.
   */
  readonly listen: Promise<number | undefined>;
}

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
  const metrics = createMetrics(
    version,
    gaugesOf(now, () => ({ changing, listener, faces, lock })),
  );
  const told = { metrics, recent };
  const lasting = { outbound: outbound.call, signer: createSigner(), clockOf: createClocks(now), ...told };
  const onRevoked = ({ isRevoked }: Denylist): void => {
    changing.snapshot().brokers.forget(isRevoked);
    listener.review();
  };
  const nameCaller = createCallerNamer();
  const tracing = createTracing(surroundings, Math.random);
  const whole = { nameCaller, onRevoked, isLocked: lock.isOn, counts: new Map<string, number>() };
  const changing: Changing = createChanging({
    shelf,
    first,
    now,
    snapshotOf: (loaded, parts) => snapshotOf(loaded, surroundings, { ...lasting, ...whole }, parts),
    settled: () => Promise.all([listener.settled(), authorize.settled()]),
    onChange: (snapshot) =>
      adopt({ listener, authorize, log, observed, reminder, lock, faces, tracing }, snapshot),
    isEnding: () => faces.readiness.check().draining,
  });
  const pipeline = () => changing.snapshot().pipeline;
  const isRecording = () => pipeline().policy.recording?.isOn(now()) === true;
  const registrar = {
    ...recordingOf({ metrics, log, recent, observed, tracing, isRecording }),
    nameCaller,
    traceOf: tracing.traceOf,
  };
  const listener: Listener = createListener({
    ...registrar,
    limits: listenerLimitsOf(first.config),
    tls: changing.snapshot().tls.listen,
    pipeline,
    selfService: createSelfService({ pipeline }),
    now,
  });
  const authorize = authorizeFaceOf(first.config, changing.snapshot, registrar);
  const shown = { ...told, listener, observed, lock, nameCaller, ...changing };
  const faces = facesOf({ ...surroundings, ...shown });
  lock.follow(first.config.operator.lockFile);
  const reminder = createReminder(() => pipeline().policy, log, now);
  const ending = { closing: [reminder, lock, tracing, shelf, outbound], flush: log.flush };
  const onWaiting = (waitingFor: readonly string[]): void =>
    log.warn("it waits before it listens", { waitingFor });
  return lifeOf(changing, {
    faces,
    listener,
    authorize,
    tracing,
    onWaiting,
    started: reminder.remind,
    ...ending,
  });
}

/** Of unix sockets. */
const LISTEN_MODE = 0o660;
const OPERATOR_MODE = 0o600;

/** What goes by the configuration, and lasts. */
interface Adopting extends Pick<Surroundings, "log"> {
  readonly listener: Listener;
  readonly authorize: AuthorizeFace;
  readonly observed: Observed;
  readonly reminder: Reminder;
  readonly lock: Lock;
  readonly faces: Faces;
  readonly tracing: Tracing;
}

function adopt(
  { listener, authorize, log, observed, reminder, lock, faces, tracing }: Adopting,
  { config, tls, bodies }: Snapshot,
): void {
  listener.adopt(listenerLimitsOf(config), tls.listen);
  authorize.adopt(config, tls.authorize);
  faces.show(tls.operator);
  lock.follow(config.operator.lockFile);
  bodies.adopt(...bodyLimitsOf(config));
  log.adopt(config.log);
  observed.adopt(issuersIn(config));
  void tracing
    .adopt(config.tracing)
    .catch((error: unknown) => log.error("no spans are sent", { error: told(error) }));
  reminder.remind();
  listener.review();
}

/** What starts and ends. */
interface Living {
  readonly faces: Faces;
  readonly listener: Listener;
  readonly authorize: AuthorizeFace;
  readonly tracing: Tracing;
  /** What is let go of when nobody is served any more. */
  readonly closing: readonly { readonly close: () => Promise<void> }[];
  /** Told what is waited for. */
  readonly onWaiting: (names: readonly string[]) => void;
  /** Called when all is up. */
  readonly started: () => void;
  readonly flush: () => void;
}

function lifeOf(changing: Changing, living: Living): Sidecar {
  const { faces, listener, authorize, tracing, closing, onWaiting, started, flush } = living;
  const { snapshot, reload, reloadFailed } = changing;
  const end = new AbortController();
  const listen = async (): Promise<number | undefined> => {
    const { config, issuers, tier } = snapshot();
    await Promise.race([Promise.all([issuers.refresh(), tier?.connect()]), once(end.signal, "abort")]);
    await whenReady({ conditions: () => snapshot().issuers.ready(), onWaiting, signal: end.signal });
    if (end.signal.aborted) return undefined;
    await authorize.listen();
    const port = await listenOn(listener.server, spotOf(config.listen, LISTEN_MODE));
    started();
    return port;
  };
  let listening: Promise<unknown> | undefined;
  return {
    start: async () => {
      const { config } = snapshot();
      await tracing.adopt(config.tracing);
      const probes = await listenOn(faces.probes, config.probes.address);
      const operator = await listenOn(faces.operator, spotOf(config.operator, OPERATOR_MODE));
      const port = listen();
      listening = port.catch(() => {});
      return { probes, operator, listen: port };
    },
    reload,
    reloadFailed,
    drain: async () => {
      faces.readiness.drain();
      end.abort();
      await listening;
      const { drain } = snapshot().config.timeouts;
      await Promise.all([listener.drain(drain), authorize.drain(drain)]);
      await faces.close();
      for (const one of closing) await one.close();
      flush();
    },
  };
}
