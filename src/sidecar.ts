import { createOperator } from "./admin/operator.ts";
import { createProbes } from "./admin/probes.ts";
import { createReadiness } from "./admin/readiness.ts";
import { closeWithin, listenAt, serverOf } from "./admin/serve.ts";
import { endpointOf } from "./aws/endpoint.ts";
import { isLoopbackHost } from "./config/address.ts";
import { defaultSourceOf, sourcesOf } from "./config/refuse.ts";
import type { Config } from "./config/schema.ts";
import { upstreamsOf } from "./config/upstreams.ts";
import { type CachedBroker, cached } from "./credentials/cached.ts";
import { createExchangeCall } from "./credentials/exchange.ts";
import { createIdentityPool } from "./credentials/identity-pool.ts";
import { createProveRole } from "./credentials/sts.ts";
import type { Clock } from "./domain/clock.ts";
import { createIssuer } from "./identity/issuer.ts";
import { regionOf } from "./identity/user-pool.ts";
import { createAuthenticate, type Issuer } from "./identity/verifier.ts";
import { createOutbound, type Outbound } from "./outbound/call.ts";
import { compilePolicy } from "./policy/compile.ts";
import { createBodyReader } from "./proxy/body.ts";
import type { Pipeline } from "./proxy/handle.ts";
import { createListener, type Listener } from "./proxy/listener.ts";
import { createRouter } from "./proxy/route.ts";
import { createSelfService } from "./proxy/self-service.ts";
import { createCallerNamer } from "./proxy/visit.ts";
import { createSigner, type Signer } from "./signing/sign.ts";
import type { Log } from "./telemetry/log.ts";
import { createMetrics, type Gauges, type Metrics } from "./telemetry/metrics.ts";
import { createForwarder } from "./upstream/forward.ts";

/** What a sidecar is made of besides its configuration. */
export interface Surroundings {
  readonly version: string;
  readonly log: Log;
  readonly now: Clock;
  /** The configuration as it was written, for `/config`. */
  readonly document: unknown;
}

/** A sidecar: nothing listens and nothing is fetched until it is started. */
export interface Sidecar {
  /** Fetches keys, then listens. Rejects where an address is taken. */
  readonly start: () => Promise<Ports>;
  /** Takes no new requests, finishes those in flight up to the configured deadline, then lets go of everything. */
  readonly drain: () => Promise<void>;
}

/** Where a sidecar listens, on the configured hosts. */
export type Ports = Readonly<Record<"listen" | "probes" | "operator", number>>;

/** Wires everything: the whole of Postern on one page. */
export function createSidecar(config: Config, surroundings: Surroundings): Sidecar {
  const { version, log, now } = surroundings;
  const outbound = createOutbound();
  const signer = createSigner();
  const bodies = createBodyReader(config.limits.bufferedBody);
  const lives = livesOf(config);
  const issuers = issuersOf(config, outbound.call, log, now);
  const load = { inFlight: () => listener.inFlight(), bufferedBytes: bodies.held };
  const metrics = createMetrics(version, gaugesOf(config, issuers, load));
  const brokers = brokersOf(config, { outbound: outbound.call, signer, metrics, now });
  const pipeline: Pipeline = {
    route: createRouter(lives),
    authenticate: createAuthenticate({ issuers, now }),
    policy: compilePolicy(config.policy.rules, defaultSourceOf(config) ?? ""),
    bodies,
    brokerOf: (source) => brokers.get(source)?.obtain,
    signer,
    now,
  };
  const listener: Listener = createListener({
    ...limitsOf(config),
    pipeline: () => pipeline,
    selfService: createSelfService({
      pipeline: () => pipeline,
      peek: (permit, caller) => brokers.get(permit.source)?.peek(permit, caller),
      upstreams: lives.map(({ upstream }) => upstream),
    }),
    record: (outcome) => [metrics, log].forEach((one) => one.record(outcome)),
    nameCaller: createCallerNamer(),
  });
  const pages = pagesOf(config, surroundings, metrics, { listener, issuers });
  return {
    start: async () => {
      const probes = await listenAt(pages.probes, config.probes.address);
      const operator = await listenAt(pages.operator, config.operator.address);
      await Promise.all(issuers.map(({ keys }) => keys.refresh()));
      return { probes, operator, listen: await listenAt(listener.server, config.listen.address) };
    },
    drain: async () => {
      pages.readiness.drain();
      for (const { keys } of issuers) keys.stop();
      await listener.drain(config.timeouts.drain);
      await pages.close();
      await Promise.all([outbound.close(), ...lives.map(({ forwarder }) => forwarder.close())]);
      log.flush();
    },
  };
}

function pagesOf(
  { aws }: Config,
  { document }: Surroundings,
  metrics: Metrics,
  { listener, issuers }: { listener: Listener; issuers: readonly Issuer[] },
) {
  const readiness = createReadiness([
    { name: "the data listener", holds: () => listener.server.listening },
    ...issuers.map(({ name, keys }) => ({
      name: `keys of user pool ${name}`,
      holds: () => keys.current() !== undefined,
    })),
  ]);
  const probes = createProbes({ readiness, ...metrics, endpointOverridden: aws.endpoint !== undefined });
  const operator = createOperator({ config: () => document, isOwnHost: isLoopbackHost });
  const servers = { probes: serverOf(probes), operator: serverOf(operator) };
  const close = () => Promise.all(Object.values(servers).map((server) => closeWithin(server, 0)));
  return { readiness, ...servers, close };
}

function livesOf(config: Config) {
  const { connect: connectMs, upstreamHeaders: headersMs, bodyIdle: bodyIdleMs } = config.timeouts;
  return upstreamsOf(config).map((one) => ({
    ...one,
    forwarder: createForwarder({ origin: one.origin, connectMs, headersMs, bodyIdleMs }),
  }));
}

function issuersOf({ identity, aws }: Config, outbound: Outbound, log: Log, now: Clock) {
  return identity.userPools.map((pool) =>
    createIssuer({
      pool,
      origin: endpointOf("cognito-idp", regionOf(pool.id), aws.endpoint),
      outbound,
      onFailure: (error) => log.warn("keys cannot be fetched", { issuer: pool.name, error: String(error) }),
      now,
    }),
  );
}

interface BrokerParts {
  readonly outbound: Outbound;
  readonly signer: Signer;
  readonly metrics: Metrics;
  readonly now: Clock;
}

function brokersOf(
  config: Config,
  { outbound, signer, metrics, now }: BrokerParts,
): ReadonlyMap<string, CachedBroker> {
  const { endpoint } = config.aws;
  const { maxCallers, refreshAhead: refreshAheadMs } = config.credentials.cache;
  const exchange = createExchangeCall({
    outbound,
    now,
    onExchange: ({ operation, outcome, durationMs }) =>
      metrics.exchange(operation, outcome, durationMs / 1000),
  });
  const brokerFor = ({
    identityPoolId,
    verifyRole,
  }: {
    identityPoolId: string;
    verifyRole: boolean;
  }): CachedBroker => {
    const region = identityPoolId.slice(0, identityPoolId.indexOf(":"));
    const proveRole = verifyRole ? createProveRole({ region, endpoint, exchange, signer, now }) : undefined;
    const pool = createIdentityPool({ identityPoolId, endpoint, exchange, proveRole, now });
    return cached(pool, { now, onLookup: metrics.credentialLookup, maxCallers, refreshAheadMs });
  };
  return new Map(Object.entries(sourcesOf(config)).map(([name, source]) => [name, brokerFor(source)]));
}

function limitsOf({ limits, timeouts }: Config) {
  return {
    maxInFlight: limits.inFlight,
    maxHeaderBytes: limits.headers,
    headersMs: timeouts.headers,
    // An upstream that thinks is as quiet as a client that sleeps; its own deadline comes first.
    idleMs: Math.max(timeouts.bodyIdle, timeouts.upstreamHeaders) + 5000,
    keepAliveMs: timeouts.keepAlive,
  };
}

function gaugesOf(
  { aws }: Config,
  issuers: readonly Issuer[],
  load: Pick<Gauges, "inFlight" | "bufferedBytes">,
): Gauges {
  return {
    ...load,
    jwksAgeSeconds: () => new Map(issuers.map(({ name, keys }) => [name, inSeconds(keys.ageMs())])),
    endpointOverridden: () => aws.endpoint !== undefined,
  };
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
