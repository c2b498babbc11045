import type { Faces } from "../admin/faces.ts";
import { listenAt } from "../admin/serve.ts";
import { ambientRulesOf } from "../config/ambient-rules.ts";
import type { Config } from "../config/schema.ts";
import { callerOptionsOf, listenerLimitsOf, policyOptionsOf } from "../config/stages.ts";
import type { SharedTier } from "../credentials/shared-tier.ts";
import type { Issuers } from "../identity/issuers.ts";
import { createAuthenticate } from "../identity/verifier.ts";
import { createOutbound } from "../outbound/call.ts";
import { compilePolicy } from "../policy/compile.ts";
import { createBodyReader } from "../proxy/body.ts";
import type { Pipeline } from "../proxy/handle.ts";
import { createListener, type Listener } from "../proxy/listener.ts";
import { createRouter } from "../proxy/route.ts";
import { createSelfService } from "../proxy/self-service.ts";
import { createCallerNamer } from "../proxy/visit.ts";
import { createClocks } from "../signing/clock-offset.ts";
import { createSigner } from "../signing/sign.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { brokersOf, tierOf } from "./brokers.ts";
import { facesOf } from "./faces.ts";
import { gaugesOf } from "./gauges.ts";
import { denylistOf, issuersOf } from "./identity.ts";
import type { Surroundings } from "./surroundings.ts";
import { livesOf } from "./upstreams.ts";

/** A sidecar: nothing listens and nothing is fetched until it is started. */
export interface Sidecar {
  /** Fetches keys and connects to the shared tier, then listens. Rejects where an address is taken. */
  readonly start: () => Promise<Ports>;
  /** Takes no new requests, finishes those in flight up to the configured deadline, then lets go of everything. */
  readonly drain: () => Promise<void>;
}

/** Where a sidecar listens, on the configured hosts. */
export type Ports = Readonly<Record<"listen" | "probes" | "operator", number>>;

/**
 * Wires everything: the whole of Postern on one page.
 *
 * @throws Error where a file that the configuration names cannot be read or used
 */
export function createSidecar(config: Config, surroundings: Surroundings): Sidecar {
  const { log, now } = surroundings;
  const outbound = createOutbound();
  const signer = createSigner();
  const clockOf = createClocks(now);
  const bodies = createBodyReader(config.limits.bufferedBody);
  const lives = livesOf(config, clockOf);
  const issuers = issuersOf(config, surroundings, outbound.call);
  const metrics = createMetrics(
    surroundings.version,
    gaugesOf(config, { lives, issuers, bodies }, () => ({ listener, denylist, tier })),
  );
  const tier = tierOf(config, surroundings, metrics);
  const brokers = brokersOf(config, surroundings, {
    outbound: outbound.call,
    signer,
    clockOf,
    metrics,
    tier,
  });
  const denylist = denylistOf(config, surroundings, brokers);
  const pipeline: Pipeline = {
    route: createRouter(lives),
    authenticate: createAuthenticate({ ...callerOptionsOf(config), issuers: issuers.all, denylist, now }),
    ambient: ambientRulesOf(config),
    policy: compilePolicy(config.policy.rules, policyOptionsOf(config)),
    bodies,
    brokerOf: brokers.of,
    signer,
    now,
  };
  const listener: Listener = createListener({
    ...listenerLimitsOf(config),
    pipeline: () => pipeline,
    selfService: createSelfService({
      pipeline: () => pipeline,
      upstreams: lives.map(({ upstream }) => upstream),
    }),
    record: (outcome) => [metrics, log].forEach((one) => one.record(outcome)),
    nameCaller: createCallerNamer(),
  });
  const faces = facesOf(config, surroundings, { metrics, listener, issuers });
  const closing = [denylist, brokers, tier, outbound, ...lives.map(({ forwarder }) => forwarder)];
  return lifeOf(config, { faces, issuers, tier, listener, closing, flush: log.flush });
}

/** What starts and ends. */
interface Living {
  readonly faces: Faces;
  readonly issuers: Issuers;
  readonly tier: SharedTier | undefined;
  readonly listener: Listener;
  /** What is let go of when nobody is served any more. */
  readonly closing: readonly ({ readonly close: () => unknown } | undefined)[];
  readonly flush: () => void;
}

function lifeOf({ listen, probes, operator, timeouts }: Config, living: Living): Sidecar {
  const { faces, issuers, tier, listener, closing, flush } = living;
  return {
    start: async () => {
      const ports = {
        probes: await listenAt(faces.probes, probes.address),
        operator: await listenAt(faces.operator, operator.address),
      };
      await Promise.all([issuers.refresh(), tier?.connect()]);
      return { ...ports, listen: await listenAt(listener.server, listen.address) };
    },
    drain: async () => {
      faces.readiness.drain();
      issuers.stop();
      await listener.drain(timeouts.drain);
      await faces.close();
      await Promise.all(closing.map((one) => one?.close()));
      flush();
    },
  };
}
