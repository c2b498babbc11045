import { createHmac, randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createOperator } from "./admin/operator.ts";
import { createProbes } from "./admin/probes.ts";
import { createReadiness } from "./admin/readiness.ts";
import { serverOf } from "./admin/serve.ts";
import { partitionOf } from "./aws/arn.ts";
import { endpointOf } from "./aws/endpoint.ts";
import { type ServiceName, serviceOf } from "./aws/services.ts";
import { type Address, isLoopback } from "./config/address.ts";
import { defaultSourceOf, sourcesOf } from "./config/refuse.ts";
import type { Config } from "./config/schema.ts";
import { cached } from "./credentials/cached.ts";
import { createExchangeCall } from "./credentials/exchange.ts";
import { createIdentityPool } from "./credentials/identity-pool.ts";
import { createProveRole } from "./credentials/sts.ts";
import type { Clock } from "./domain/clock.ts";
import { Refusal } from "./domain/refusal.ts";
import { createKeySource } from "./identity/jwks.ts";
import { createUserPoolVerifier, issuersOf, regionOf } from "./identity/user-pool.ts";
import { createAuthenticate, type Issuer } from "./identity/verifier.ts";
import { createOutbound, type Outbound } from "./outbound/call.ts";
import { compilePolicy } from "./policy/compile.ts";
import type { Pipeline } from "./proxy/handle.ts";
import { createListener } from "./proxy/listener.ts";
import { createRouter, type Live } from "./proxy/route.ts";
import { createSelfService } from "./proxy/self-service.ts";
import { createSigner, type Signer } from "./signing/sign.ts";
import type { Log } from "./telemetry/log.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";
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
  readonly start: () => Promise<Addresses>;
  /** Takes no new requests, finishes those in flight up to the configured deadline, then lets go of everything. */
  readonly drain: () => Promise<void>;
}

/** Where a sidecar listens. */
export interface Addresses {
  readonly listen: Address;
  readonly probes: Address;
  readonly operator: Address;
}

/** Wires everything: the whole of Postern on one page. */
export function createSidecar(config: Config, { version, log, now, document }: Surroundings): Sidecar {
  const outbound = createOutbound();
  const signer = createSigner();
  const lives = livesOf(config);
  const issuers = issuersFor(config, outbound.call, log, now);
  const metrics: Metrics = createMetrics(version, {
    inFlight: () => listener.inFlight(),
    jwksAgeSeconds: () => new Map(issuers.map(({ name, keys }) => [name, inSeconds(keys.ageMs())])),
    endpointOverridden: () => config.aws.endpoint !== undefined,
  });
  const brokers = brokersOf(config, { outbound: outbound.call, signer, metrics, now });
  const brokerOf = (source: string) => {
    const broker = brokers.get(source);
    if (broker === undefined) throw new Refusal("internal", { detail: `no credential source ${source}` });
    return broker;
  };
  const pipeline: Pipeline = {
    route: createRouter(lives),
    authenticate: createAuthenticate({ issuers: byIss(config, issuers), now }),
    policy: compilePolicy(config.policy.rules, defaultSourceOf(config) ?? ""),
    brokerOf: (source) => brokerOf(source).obtain,
    signer,
    now,
  };
  const digestKey = randomBytes(32);
  const listener = createListener({
    pipeline: () => pipeline,
    selfService: createSelfService({
      pipeline: () => pipeline,
      peek: (permit, caller) => brokerOf(permit.source).peek(permit, caller),
      upstreams: () => lives.map(({ upstream }) => upstream),
    }),
    record: (outcome) => {
      metrics.record(outcome);
      log.record(outcome);
    },
    nameCaller: ({ digest }) =>
      createHmac("sha256", digestKey).update(digest).digest("base64url").slice(0, 16),
    maxInFlight: config.limits.inFlight,
    maxHeaderBytes: config.limits.headers,
    headersMs: config.timeouts.headers,
    idleMs: Math.max(config.timeouts.bodyIdle, config.timeouts.upstreamHeaders) + 5000,
    keepAliveMs: config.timeouts.keepAlive,
  });
  const readiness = createReadiness([
    { name: "the data listener", holds: () => listener.server.listening },
    ...issuers.map(({ name, keys }) => ({
      name: `keys of user pool ${name}`,
      holds: () => keys.current() !== undefined,
    })),
  ]);
  const endpointOverridden = config.aws.endpoint !== undefined;
  const probes = serverOf(createProbes({ readiness, ...metrics, endpointOverridden }));
  const operator = serverOf(createOperator({ config: () => document, isOwnHost: isLoopbackHost }));
  const servers = [probes, operator, listener.server];

  return {
    start: async () => {
      const probesAt = await listen(probes, config.probes.address);
      const operatorAt = await listen(operator, config.operator.address);
      await Promise.all(issuers.map(({ keys }) => keys.refresh()));
      const listenAt = await listen(listener.server, config.listen.address);
      return { listen: listenAt, probes: probesAt, operator: operatorAt };
    },
    drain: async () => {
      readiness.drain();
      for (const { keys } of issuers) keys.stop();
      await Promise.all(servers.map((server) => closeWithin(server, config.timeouts.drain)));
      await Promise.all([outbound.close(), ...lives.map(({ forwarder }) => forwarder.close())]);
      log.flush();
    },
  };
}

function livesOf({ upstreams, aws, timeouts }: Config): readonly Live[] {
  return Object.entries(upstreams).map(([name, settings]) => {
    const region = settings.region ?? aws.region;
    const origin = settings.endpoint ?? endpointOf(settings.service, region, aws.endpoint);
    return {
      upstream: {
        name,
        service: settings.service,
        region,
        partition: partitionOf(region),
        account: settings.account ?? aws.account,
        expectBucketOwner: settings.account !== undefined,
        maxBodyBytes: settings.maxBody,
        allowHeaders: new Set(settings.allowHeaders),
        allowQuery: new Set(settings.allowQuery),
      },
      service: serviceOf(settings.service as ServiceName),
      forwarder: createForwarder({
        origin: new URL(origin).origin,
        connectMs: timeouts.connect,
        headersMs: timeouts.upstreamHeaders,
        bodyIdleMs: timeouts.bodyIdle,
      }),
      host: new URL(origin).host,
      match: settings.match,
    };
  });
}

function issuersFor({ identity, aws }: Config, outbound: Outbound, log: Log, now: Clock): readonly Issuer[] {
  return identity.userPools.map((pool) => {
    const verifier = createUserPoolVerifier(pool);
    const url = `${endpointOf("cognito-idp", regionOf(pool.id), aws.endpoint)}/${pool.id}/.well-known/jwks.json`;
    const keys = createKeySource({
      fetch: async () => {
        const { status, body } = await outbound({
          url,
          method: "GET",
          headers: { accept: "application/json" },
        });
        if (status !== 200)
          throw new Refusal("keys-unavailable", { detail: `the key set answered ${status}` });
        return body;
      },
      onChange: verifier.useKeys,
      onFailure: (error) => log.warn("keys cannot be fetched", { issuer: pool.name, error: String(error) }),
      now,
    });
    return { name: pool.name, keys, pool: verifier };
  });
}

function byIss({ identity }: Config, issuers: readonly Issuer[]): ReadonlyMap<string, Issuer> {
  return new Map(
    identity.userPools.flatMap((pool, i) =>
      issuersOf(pool).map((iss) => [iss, issuers[i] as Issuer] as const),
    ),
  );
}

interface BrokerParts {
  readonly outbound: Outbound;
  readonly signer: Signer;
  readonly metrics: Metrics;
  readonly now: Clock;
}

function brokersOf(config: Config, { outbound, signer, metrics, now }: BrokerParts) {
  const { endpoint } = config.aws;
  const exchange = createExchangeCall({
    outbound,
    now,
    onExchange: ({ operation, outcome, durationMs }) =>
      metrics.exchange(operation, outcome, durationMs / 1000),
  });
  const { maxCallers, refreshAhead: refreshAheadMs } = config.credentials.cache;
  return new Map(
    Object.entries(sourcesOf(config)).map(([name, { identityPoolId, verifyRole }]) => {
      const region = identityPoolId.slice(0, identityPoolId.indexOf(":"));
      const proveRole = verifyRole ? createProveRole({ region, endpoint, exchange, signer, now }) : undefined;
      const pool = createIdentityPool({ identityPoolId, endpoint, exchange, proveRole, now });
      return [
        name,
        cached(pool, { now, onLookup: metrics.credentialLookup, maxCallers, refreshAheadMs }),
      ] as const;
    }),
  );
}

function listen(server: Server, { host, port }: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({ host, port: (server.address() as AddressInfo).port });
    });
  });
}

/** Closes a server once its requests are done, and cuts what is left at the deadline. */
function closeWithin(server: Server, deadlineMs: number): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function isLoopbackHost(host: string): boolean {
  return isLoopback(host.replace(/:\d+$/, "").replace(/^\[|\]$/g, ""));
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
