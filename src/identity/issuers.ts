import {
  createOidcIssuer,
  createUserPoolIssuer,
  type Issuer,
  type IssuerParts,
  keySourcesOf,
} from "./issuer.ts";
import type { KeySource } from "./key-source.ts";
import type { OidcIssuer } from "./oidc.ts";
import type { UserPool } from "./user-pool.ts";

/** All issuers of a configuration. */
export interface Issuers {
  readonly all: readonly Issuer[];
  /** Lets no more than `maxWaiting` requests wait for keys from now on, an equal share for each source. */
  readonly shareWaiting: () => void;
  /** Brings the keys of those that have none, and keeps them new from then on. Never rejects. */
  readonly refresh: () => Promise<void>;
  /** Seconds since the keys of each were had, by name: the oldest of a multi-Region pool; undefined where there are none. */
  readonly ages: () => ReadonlyMap<string, number | undefined>;
  /** What must hold before tokens can be proved: some keys of each, since a pool's replicas are there for one to be away. */
  readonly ready: () => readonly { readonly name: string; readonly holds: () => boolean }[];
}

/** What {@link createIssuers} needs. */
export interface IssuersOptions extends Omit<IssuerParts, "onFailure"> {
  readonly userPools: readonly UserPool[];
  readonly issuers: readonly OidcIssuer[];
  /** Requests that may wait for keys, of all issuers together. Default 500. */
  readonly maxWaiting?: number | undefined;
  /** Makes an issuer of its settings, or gives the one that stands from before. Default: makes it. */
  readonly take?: (settings: UserPool | OidcIssuer, make: () => Issuer) => Issuer;
  /** Told of each time that the keys of the issuer of this name could not be had. */
  readonly onFailure: (name: string, error: unknown) => void;
}

/**
 * Makes every issuer; nothing is fetched before the first `refresh()`.
 *
 * @throws Error where two of them have one `iss`: whose tokens would it be?
 */
export function createIssuers(options: IssuersOptions): Issuers {
  const { userPools, issuers, onFailure, maxWaiting = 500, take = (_, make) => make(), ...parts } = options;
  const partsOf = (name: string): IssuerParts => ({
    ...parts,
    onFailure: (error) => onFailure(name, error),
  });
  const all = [
    ...userPools.map((pool) => take(pool, () => createUserPoolIssuer(pool, partsOf(pool.name)))),
    ...issuers.map((settings) => take(settings, () => createOidcIssuer(settings, partsOf(settings.name)))),
  ];
  const forms = all.flatMap(({ keys }) => [...keys.keys()]);
  const twice = forms.find((iss, i) => forms.indexOf(iss) !== i);
  if (twice !== undefined) throw new Error(`two issuers have the iss ${twice}`);
  const sources = all.flatMap(keySourcesOf);
  return {
    all,
    shareWaiting: () => {
      const share = Math.max(1, Math.floor(maxWaiting / sources.length));
      for (const source of sources) source.limitWaiting(share);
    },
    refresh: async () => {
      const without = sources.filter((source) => source.current() === undefined);
      await Promise.all(without.map((source) => source.refresh()));
    },
    ages: () => new Map(all.map((issuer) => [issuer.name, ageOf(keySourcesOf(issuer))])),
    ready: () =>
      all.map((issuer) => ({
        name: `keys of ${issuer.kind} ${issuer.name}`,
        holds: () => keySourcesOf(issuer).some((source) => source.current() !== undefined),
      })),
  };
}

function ageOf(sources: readonly KeySource[]): number | undefined {
  const agesMs = sources.map((source) => source.ageMs()).filter((ageMs) => ageMs !== undefined);
  return agesMs.length === 0 ? undefined : Math.max(...agesMs) / 1000;
}
