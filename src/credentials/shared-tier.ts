import { hash } from "node:crypto";
import type { Broker } from "./broker.ts";
import type { Supplier } from "./cached.ts";
import { createRedisStore, type RedisStoreOptions } from "./redis.ts";
import { createSeal, parseKeyFile } from "./seal.ts";
import { shared, type SharedOptions } from "./shared.ts";
import { createSharedStore } from "./shared-store.ts";

/** What the sidecars of a deployment share. */
export interface SharedTier {
  /**
   * Shares what a source gives.
   *
   * @param settings all that the source is configured with: what was got with others is not found
   */
  readonly share: (broker: Broker, settings: object) => Supplier;
  /** Connects before anybody asks, so that the first who do are not the ones to wait. Never rejects. */
  readonly connect: () => Promise<void>;
  /** Whether the store answered when it was last asked; not before it was. */
  readonly isUp: () => boolean;
  readonly close: () => void;
}

/** What {@link createSharedTier} needs. */
export interface SharedTierOptions extends Omit<SharedOptions, "store" | "seal" | "settingsDigest"> {
  readonly redis: RedisStoreOptions;
  /** The text of a key file, see {@link parseKeyFile}. */
  readonly keyFile: string;
  /** Sidecars of one deployment share; those of another cannot. */
  readonly deployment: string;
  /** Told when the store goes away, and not again before it was back: for the log. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Makes the shared tier of a Redis. Nothing is asked of it before it is connected or needed.
 *
 * @throws Error where the key file has a problem
 */
export function createSharedTier(options: SharedTierOptions): SharedTier {
  const { redis, keyFile, deployment, now, onTrouble } = options;
  const parsed = parseKeyFile(keyFile);
  if ("problem" in parsed) throw new Error(`the key file of the shared tier: ${parsed.problem}`);
  const store = createSharedStore(createRedisStore(redis), { now, onTrouble });
  const seal = createSeal({ keys: parsed.keys, deployment });
  return {
    share: (broker, settings) =>
      shared(broker, {
        ...options,
        store,
        seal,
        settingsDigest: hash("sha256", JSON.stringify(settings), "base64url"),
      }),
    connect: store.connect,
    isUp: store.isUp,
    close: store.close,
  };
}
