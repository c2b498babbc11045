import type { Config } from "../config/schema.ts";
import { sharedTierOf } from "../config/shared-tier.ts";
import { sourcesOf } from "../config/sources.ts";
import { type Brokers, createBrokers } from "../credentials/brokers.ts";
import { createExchangeCall } from "../credentials/exchange.ts";
import { createSharedTier, type SharedTier } from "../credentials/shared-tier.ts";
import { createSources } from "../credentials/sources.ts";
import type { Outbound } from "../outbound/call.ts";
import type { ClockOf } from "../signing/clock-offset.ts";
import type { Signer } from "../signing/sign.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";

/** The configured shared tier. */
export function tierOf(config: Config, { log, now }: Surroundings, metrics: Metrics) {
  const options = sharedTierOf(config);
  if (options === undefined) return undefined;
  return createSharedTier({
    ...options,
    now,
    refreshAheadMs: config.credentials.cache.refreshAhead,
    onLookup: metrics.credentialLookup,
    onTamper: metrics.sharedCacheRejected,
    onTrouble: (error) => log.warn("the shared tier is away", { error: told(error) }),
  });
}

/** What sources stand on. */
export interface BrokerParts {
  readonly outbound: Outbound;
  readonly signer: Signer;
  readonly clockOf: ClockOf;
  readonly metrics: Metrics;
  readonly tier: SharedTier | undefined;
}

/** The configured sources, each behind its memory. */
export function brokersOf(config: Config, { now, ambient }: Surroundings, parts: BrokerParts): Brokers {
  const { outbound, signer, clockOf, metrics, tier } = parts;
  const { cache, rates } = config.credentials;
  const { endpoint, region: defaultRegion } = config.aws;
  const sources = sourcesOf(config);
  const exchange = createExchangeCall({ outbound, rates, now, onExchange: metrics.exchange });
  const common = { defaultRegion, endpoint };
  const given = { ...common, sources, exchange, signer, clockOffsetOf: clockOf, ambient, now };
  return createBrokers({
    sources: createSources(given),
    settings: sources,
    common: { ...common, issuers: issuersIn(config) },
    tier,
    now,
    onLookup: metrics.credentialLookup,
    maxCallers: cache.maxCallers,
    refreshAheadMs: cache.refreshAhead,
  });
}

/** Whom the names of issuers stand for, which are in every key of the shared tier: with another sidecar maybe others. */
function issuersIn({ identity }: Config) {
  return [
    ...identity.userPools.map(({ name, id, loginProvider }) => ({ name, id, login: loginProvider })),
    ...identity.issuers.map(({ name, issuer, loginKey }) => ({ name, id: issuer, login: loginKey })),
  ];
}
