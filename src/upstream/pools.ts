import { isIP } from "node:net";
import { Pool } from "undici";

/** Connection pools to one origin, and to hosts that a prefix makes of it. */
export interface Pools {
  /** @param prefix what goes before the host, such as `reports.`; empty for the origin itself */
  readonly of: (prefix: string) => Pool;
  /** Cuts what is open. */
  readonly close: () => Promise<void>;
}

/** Hosts with a prefix that have connections at a time: a bucket each. */
const MAX_PREFIXED = 64;

/** Makes the pools of an origin. That of the host that was longest not asked for gives way, and ends what is under way. */
export function createPools(origin: string, options: Pool.Options): Pools {
  const own = new Pool(origin, options);
  const prefixed = new Map<string, Pool>();
  const { protocol, host, hostname } = new URL(origin);
  // Before an address nothing can stand but in the Host header.
  const isNamed = isIP(hostname.replace(/^\[|\]$/g, "")) === 0 && hostname !== "localhost";
  return {
    of: (prefix) => {
      if (prefix === "" || !isNamed) return own;
      const pool = prefixed.get(prefix) ?? new Pool(`${protocol}//${prefix}${host}`, options);
      // The latest stands last.
      prefixed.delete(prefix);
      prefixed.set(prefix, pool);
      if (prefixed.size > MAX_PREFIXED) dropFirst(prefixed);
      return pool;
    },
    close: async () => {
      await Promise.all([own, ...prefixed.values()].map((pool) => pool.destroy()));
    },
  };
}

function dropFirst(pools: Map<string, Pool>): void {
  const [oldest] = pools;
  if (oldest === undefined) return;
  pools.delete(oldest[0]);
  void oldest[1].close();
}
