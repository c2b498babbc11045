import type { Config } from "../config/schema.ts";
import { sharedTierOf } from "../config/shared-tier.ts";
import { sourcesOf } from "../config/sources.ts";
import { type CachedBroker, cached } from "../credentials/cached.ts";
import type { Listed } from "../credentials/memory.ts";
import { createSharedTier, type SharedTier } from "../credentials/shared-tier.ts";
import { createSource } from "../credentials/source.ts";
import { ambientOf, exchangeOf } from "./exchanges.ts";
import type { Lasting } from "./lasting.ts";
import type { Parts } from "./parts.ts";
import type { Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";

/** The brokers of all sources, each with a memory of its own. */
export interface Brokers {
  /** Undefined where no source has that name. */
  readonly of: (source: string) => CachedBroker | undefined;
  /** Forgets what was got for callers who are gone, or with roles that are. */
  readonly forget: CachedBroker["forget"];
  /** How many credentials are in memory. */
  readonly size: () => number;
  /** Of each source so many of them, those first that were used last. */
  readonly list: (max: number) => readonly (Listed & { readonly source: string })[];
}

/** What the sidecars of a deployment share, and the settings that it comes of. */
export interface Sharing {
  readonly tier: SharedTier;
  readonly settings: object;
}

/** The configured shared tier. */
export function tierOf(
  config: Config,
  { log, now }: Surroundings,
  metrics: Lasting["metrics"],
  parts: Parts,
) {
  const shared = sharedTierOf(config);
  if (shared === undefined) return undefined;
  const settings = { ...shared, refreshAheadMs: config.credentials.cache.refreshAhead };
  const make = (): SharedTier =>
    createSharedTier({
      ...settings,
      now,
      onLookup: metrics.credentialLookup,
      onTamper: metrics.sharedCacheRejected,
      onTrouble: (error) => log.warn("the shared tier is away", { error: told(error) }),
    });
  return { settings, tier: parts.take("shared tier", settings, make, (tier) => tier.close()) };
}

/** The configured sources, each behind its memory, and between the two what sidecars share, where they do. */
export function brokersOf(
  config: Config,
  surroundings: Surroundings,
  lasting: Lasting,
  { parts, sharing }: { readonly parts: Parts; readonly sharing: Sharing | undefined },
): Brokers {
  const { now } = surroundings;
  const { signer, clockOf, metrics } = lasting;
  const { cache, rates } = config.credentials;
  const common = { defaultRegion: config.aws.region, endpoint: config.aws.endpoint };
  const sourceParts = {
    ...common,
    exchange: exchangeOf(config, surroundings, lasting, parts),
    signer,
    clockOffsetOf: clockOf,
    ambient: ambientOf(config, surroundings, parts),
    now,
  };
  const options = {
    now,
    onLookup: metrics.credentialLookup,
    maxCallers: cache.maxCallers,
    refreshAheadMs: cache.refreshAhead,
  };
  // With other sidecars the names of issuers may stand for others; here what came of one that changed is forgotten.
  const shared = sharing && { common: { ...common, issuers: issuersIn(config) } };
  const brokers = new Map(
    Object.entries(sourcesOf(config)).map(([name, settings]) => {
      const make = (): CachedBroker => {
        const broker = createSource(settings, sourceParts);
        return cached(sharing?.tier.share(broker, { ...settings, ...shared }) ?? broker, options);
      };
      const own = [settings, common, rates, cache, sharing?.settings, shared];
      return [name, parts.take(`source ${name}`, own, make, (broker) => broker.close())] as const;
    }),
  );
  return {
    of: (source) => brokers.get(source),
    forget: (isGone) => {
      for (const broker of brokers.values()) broker.forget(isGone);
    },
    list: (max) =>
      [...brokers].flatMap(([source, broker]) => broker.list(max).map((one) => ({ ...one, source }))),
    size: () => [...brokers.values()].reduce((sum, broker) => sum + broker.size(), 0),
  };
}

/** Whom the names of issuers stand for, which are in every key of what is remembered and shared. */
export function issuersIn({ identity }: Config) {
  return [
    ...identity.userPools.map(({ name, id, loginProvider }) => ({ name, id, login: loginProvider })),
    ...identity.issuers.map(({ name, issuer, loginKey }) => ({ name, id: issuer, login: loginKey })),
  ];
}
