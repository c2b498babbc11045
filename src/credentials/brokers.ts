import type { Caller } from "../domain/caller.ts";
import type { Broker } from "./broker.ts";
import { type CachedBroker, type CacheOptions, cached } from "./cached.ts";
import type { SharedTier } from "./shared-tier.ts";

/** The brokers of all sources, each with a memory of its own. */
export interface Brokers {
  /** Undefined where no source has that name. */
  readonly of: (source: string) => CachedBroker | undefined;
  /** Forgets what was got for callers who are gone. */
  readonly forget: (isGone: (caller: Pick<Caller, "handles">) => boolean) => void;
  readonly close: () => void;
}

/** What {@link createBrokers} needs. */
export interface BrokersOptions extends CacheOptions {
  /** Sources by name. */
  readonly sources: ReadonlyMap<string, Broker>;
  /** All that each is configured with: sidecars share only what was got by the same settings. */
  readonly settings: Readonly<Record<string, object>>;
  /** What all sources are configured with besides. */
  readonly common: object;
  readonly tier: SharedTier | undefined;
}

/** Puts a memory before each source, and between the two what sidecars share, where they do. */
export function createBrokers({ sources, settings, common, tier, ...cache }: BrokersOptions): Brokers {
  const brokers = new Map(
    Array.from(sources, ([name, broker]) => {
      const supply = tier === undefined ? broker : tier.share(broker, { ...settings[name], common });
      return [name, cached(supply, cache)] as const;
    }),
  );
  return {
    of: (source) => brokers.get(source),
    forget: (isGone) => {
      for (const broker of brokers.values()) broker.forget(isGone);
    },
    close: () => {
      for (const broker of brokers.values()) broker.close();
    },
  };
}
